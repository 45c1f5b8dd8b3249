/** Signs as a provider does, with a key pair of its own. */
export interface Signer {
  /** As a key set has it (RFC 7517). */
  readonly publicKey: Record<string, unknown>
  /** `header` is merged over that of the key; a member that is undefined is left out. */
  readonly sign: (claims: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>
}

interface SignerOptions {
  readonly kid?: string
  /** Default RS256. */
  readonly alg?: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'
  /** Bits of an RSA key. Default 2048. */
  readonly modulusLength?: number
}

const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

export async function createSigner({ kid, alg = 'RS256', modulusLength = 2048 }: SignerOptions = {}): Promise<Signer> {
  const hash = `SHA-${alg.slice(2)}`
  const { privateKey, publicKey } = await generate()
  const { key_ops: _, ext: __, alg: ___, ...jwk } = await crypto.subtle.exportKey('jwk', publicKey)
  const signing = { name: privateKey.algorithm.name, hash, saltLength: 32 }
  return {
    publicKey: { ...jwk, ...(kid !== undefined && { kid }), use: 'sig' },
    async sign(claims, header = {}) {
      const input = [{ alg, typ: 'JWT', ...(kid !== undefined && { kid }), ...header }, claims].map(toPart).join('.')
      const signature = await crypto.subtle.sign(signing, privateKey, Buffer.from(input))
      return `${input}.${Buffer.from(signature).toString('base64url')}`
    },
  }

  function generate(): Promise<CryptoKeyPair> {
    const uses = ['sign', 'verify'] as const
    if (alg === 'EdDSA') return crypto.subtle.generateKey('Ed25519', true, uses)
    if (alg in curves) return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curves[alg] ?? '' }, true, uses)
    const name = alg.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
    return crypto.subtle.generateKey({ name, hash, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) }, true, uses)
  }
}

const toPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
