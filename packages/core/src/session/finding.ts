/** Every code a {@link Finding} can carry. `docs/diagnose.md` says of each how it is found out. */
export type FindingCode =
  // The page
  | 'insecure_context'
  | 'framed'
  | 'two_auths'
  | 'storage_blocked'
  | 'storage_full'
  | 'tabs_degraded'
  | 'clock_wrong'
  // Destinations
  | 'api_missing'
  | 'api_local'
  // Ways to a server
  | 'csp_blocked'
  | 'cors_blocked'
  | 'redirected'
  | 'unreachable'
  | 'offline'
  // The provider
  | 'metadata_unusable'
  | 'issuer_mismatch'
  | 'pkce_unsupported'
  | 'redirect_uri_mismatch'
  | 'client_rejected'

/** Something that is wrong, or will be. Plain data, for developers: no token, code, verifier, password or key. */
export interface Finding {
  /** What it is: one of a closed list. */
  readonly code: FindingCode
  /** `error`: something cannot work like this. `warning`: it may not, or less well. */
  readonly severity: 'error' | 'warning'
  /** What was seen, and what it means. */
  readonly message: string
  /** What to do about it. */
  readonly cure: string
}
