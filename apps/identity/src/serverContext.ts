import type { RecordActivity } from './activityLog.ts'
import type { SigningKey } from './signingKey.ts'

/** What every part of one running server knows. */
export interface ServerContext {
  /** Origin of this server, which is the issuer too. */
  readonly origin: string
  /** Audience of all access tokens (RFC 8707 §2): the API of this server. */
  readonly resource: string
  readonly demoOrigin: string
  readonly signingKey: SigningKey
  readonly record: RecordActivity
}
