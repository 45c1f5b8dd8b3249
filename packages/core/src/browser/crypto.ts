/** Randomness and hashing. */
export interface Crypto {
  /** 256 random bits as base64url: 43 characters, fit for `state`, `nonce` and a PKCE verifier (RFC 7636 §4.1). */
  readonly random: () => string
  /** A number from 0 up to 1, for jitter: not secret. */
  readonly fraction: () => number
  /** Whether `crypto.subtle` exists: it does not on http pages off localhost. */
  readonly isSecureContext: () => boolean
  /** Text that only who has the key can read or make: AES-GCM under 256 bits, as `random` gives them. Rejects without `crypto.subtle`. */
  readonly seal: (text: string, key: string) => Promise<Uint8Array>
  /** The text; rejects when it was not sealed with this key. */
  readonly unseal: (sealed: Uint8Array, key: string) => Promise<string>
  /** Agrees on a key with somebody over a line that others hear. */
  readonly agree: () => Promise<Agreement>
}

/** One side of an agreement on a key (ECDH on P-256). */
export interface Agreement {
  /** For the other side, and no secret. */
  readonly publicKey: Uint8Array
  /** The key, as `random` would give one, from the other side's public key; rejects when that is none. */
  readonly keyWith: (publicKey: Uint8Array) => Promise<string>
}

/** The Web Crypto of this environment. */
export const webCrypto: Crypto = {
  random: () => base64url(crypto.getRandomValues(new Uint8Array(32))),
  fraction: () => Math.random(),
  isSecureContext: () => globalThis.crypto?.subtle !== undefined,
  async seal(text, key) {
    const iv = crypto.getRandomValues(new Uint8Array(ivLength))
    const data = await crypto.subtle.encrypt({ name: aes, iv }, await sealingKey(key), new TextEncoder().encode(text))
    return new Uint8Array([...iv, ...new Uint8Array(data)])
  },
  async unseal(sealed, key) {
    const bytes = new Uint8Array(sealed)
    const iv = bytes.subarray(0, ivLength)
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: aes, iv }, await sealingKey(key), bytes.subarray(ivLength)))
  },
  async agree() {
    const curve = { name: 'ECDH', namedCurve: 'P-256' }
    const own = await crypto.subtle.generateKey(curve, false, ['deriveBits'])
    return {
      publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey)),
      async keyWith(publicKey) {
        const other = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), curve, false, [])
        const bits = await crypto.subtle.deriveBits({ name: 'ECDH', public: other }, own.privateKey, 256)
        return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bits)))
      },
    }
  },
}

const [aes, ivLength] = ['AES-GCM', 12]

function sealingKey(key: string): Promise<CryptoKey> {
  const bytes = Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  return crypto.subtle.importKey('raw', bytes, aes, false, ['encrypt', 'decrypt'])
}

/** Bytes as text that fits into a URL (RFC 4648 §5), without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
