/** Randomness and hashing. */
export interface Crypto {
  /** 256 random bits as base64url: 43 characters, fit for `state`, `nonce` and a PKCE verifier (RFC 7636 §4.1). */
  readonly random: () => string
  /** A number from 0 up to 1, for jitter: not secret. */
  readonly fraction: () => number
  /** Whether `crypto.subtle` exists: it does not on http pages off localhost. */
  readonly isSecureContext: () => boolean
}

/** The Web Crypto of this environment. */
export const webCrypto: Crypto = {
  random: () => base64url(crypto.getRandomValues(new Uint8Array(32))),
  fraction: () => Math.random(),
  isSecureContext: () => globalThis.crypto?.subtle !== undefined,
}

/** Bytes as text that fits into a URL (RFC 4648 §5), without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
