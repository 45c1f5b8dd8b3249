/** What a caller asks of an access token. */
export interface AccessTokenOptions {
  /** The token must live at least this long, in milliseconds. Default 5 000, at most an eighth of its life. */
  readonly minValidityMs?: number | undefined
  /** Gives up waiting. A refresh that others wait for goes on. */
  readonly signal?: AbortSignal | undefined
}
