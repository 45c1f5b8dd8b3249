import type { DPoPHandle } from 'oauth4webapi'

/** A key that tokens are bound to, with what signs by it. */
export interface DpopKey {
  /** Thumbprint of the public key (RFC 7638), as tokens name it (RFC 9449 §6.1). */
  readonly jkt: string
  /** Whether a reload finds it again. */
  readonly isKept: boolean
  readonly pair: CryptoKeyPair
  /** For the authorization server, whose nonces it keeps. */
  readonly atProvider: DPoPHandle
  /** For APIs, with the nonces of the {@link DpopMemory}. */
  readonly atApis: DPoPHandle
}

/** What a page knows for proofs of possession. */
export interface DpopMemory {
  /** The latest first. Tokens in use may be bound to one of before: a login that found another may be given up. */
  keys: readonly DpopKey[]
  /** Of each API the newest, by origin. */
  readonly nonces: Map<string, string>
}
