export type Endpoint = 'metadata' | 'pushed' | 'authorization' | 'token' | 'keys' | 'userinfo' | 'resource' | 'revocation' | 'end_session'

/** A request that came in. */
export interface Received {
  readonly method: string
  readonly url: URL
  readonly authorization: string | undefined
  /** Of possession of a key (RFC 9449). */
  readonly proof: string | undefined
  /** Of a form. */
  readonly body: URLSearchParams
}
