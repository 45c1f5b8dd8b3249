import { base64url } from './crypto.ts'

/** Keeps text from those who do not have the key. */
export interface Sealing {
  /**
   * Text that only who has the key can read or make: AES-GCM under 256 bits, as `random` gives them. Rejects without `crypto.subtle`.
   *
   * @param context What is said in the open beside it, and holds for nothing else. Default: nothing.
   */
  readonly seal: (text: string, key: string, context?: string) => Promise<Uint8Array>
  /** The text; rejects when it was not sealed with this key, or in another context. */
  readonly unseal: (sealed: Uint8Array, key: string, context?: string) => Promise<string>
  /** Agrees on a key with somebody over a line that others hear. */
  readonly agree: () => Promise<Agreement>
}

/** One side of an agreement on a key (ECDH on P-256). */
export interface Agreement {
  /** For the other side, and no secret. */
  readonly publicKey: Uint8Array
  /** The key, as `random` would give one, from the other side's public key; rejects when that is no key at all. */
  readonly keyWith: (publicKey: Uint8Array) => Promise<string>
}

const [aes, ivLength] = ['AES-GCM', 12]

/** Sealing by the Web Crypto of this environment. */
export const webSealing: Sealing = {
  async seal(text, key, context = '') {
    const iv = crypto.getRandomValues(new Uint8Array(ivLength))
    const additionalData = new TextEncoder().encode(context)
    const data = await crypto.subtle.encrypt({ name: aes, iv, additionalData }, await sealingKey(key), new TextEncoder().encode(text))
    return new Uint8Array([...iv, ...new Uint8Array(data)])
  },
  async unseal(sealed, key, context = '') {
    const bytes = new Uint8Array(sealed)
    const [iv, additionalData] = [bytes.subarray(0, ivLength), new TextEncoder().encode(context)]
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: aes, iv, additionalData }, await sealingKey(key), bytes.subarray(ivLength)))
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

function sealingKey(key: string): Promise<CryptoKey> {
  const bytes = Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  return crypto.subtle.importKey('raw', bytes, aes, false, ['encrypt', 'decrypt'])
}
