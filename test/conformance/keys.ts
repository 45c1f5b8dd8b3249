import { createSigner, type Signer } from '../../packages/core/test/signer.ts'
import type { Served } from './module.ts'

/** Key pairs take a while to make: they are the same for all modules. */
export interface Keys {
  readonly first: Signer
  readonly second: Signer
  readonly elliptic: Signer
}

export async function createKeys(): Promise<Keys> {
  const [first, second, elliptic] = await Promise.all([createSigner({ kid: 'first' }), createSigner({ kid: 'second' }), createSigner({ kid: 'elliptic', alg: 'ES256' })])
  return { first, second, elliptic }
}

/** What the provider signs with, and what it says of that. */
export interface Signing {
  readonly sign: (claims: object) => Promise<string>
  readonly publicKeys: () => readonly unknown[]
  /** From now on it signs with another key, and has forgotten the first. */
  readonly rotate: () => void
}

export function createSigning(all: Keys, { algorithm, isBroken = false, keys }: Served): Signing {
  let current = all.first
  const isNamed = keys === undefined
  return {
    async sign(claims) {
      if (algorithm === 'none') return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`
      const signer = algorithm === 'ES256' ? all.elliptic : current
      const token = await signer.sign({ ...claims }, isNamed ? {} : { kid: undefined })
      return isBroken ? withBrokenSignature(token) : token
    },
    publicKeys() {
      const shown = algorithm === 'ES256' ? [current, all.elliptic] : keys === 'several_unnamed' ? [all.second, current] : [current]
      return shown.map(({ publicKey }) => (isNamed ? publicKey : { ...publicKey, kid: undefined }))
    },
    rotate: () => void (current = all.second),
  }
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function withBrokenSignature(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const broken = Buffer.from(signature, 'base64url').map((byte) => byte ^ 0x5a)
  return `${header}.${payload}.${Buffer.from(broken).toString('base64url')}`
}
