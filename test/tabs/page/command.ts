/** What the harness tells all tabs at once. Each answers with one {@link Report} of the same `nonce`. */
export type Command = { readonly nonce: number } & (
  | {
      /** `everyday`: asks for a token that is fresh at that time. `worst`: refreshes until a request of this very page was answered. */
      readonly type: 'everyday' | 'worst'
      /** Moves the clock of every tab: this much ahead of the real one. */
      readonly aheadMs: number
    }
  | { readonly type: 'look' }
  /** Calls the API so many times in parallel. */
  | { readonly type: 'call'; readonly aheadMs: number; readonly times: number }
  /** Starts a refresh and does not wait for it. */
  | { readonly type: 'begin'; readonly aheadMs: number }
  /** For the conductor alone. */
  | { readonly type: 'locks' }
  /** The tab `by` signs in, with the session it began with. */
  | { readonly type: 'renew'; readonly by: string }
  /** All tabs but `by` become duplicates of it. */
  | { readonly type: 'copy'; readonly by: string; readonly stored: Stored }
  /** `by` signs out; each tab answers when it is signed out. */
  | { readonly type: 'logout'; readonly by: string }
)

/** Names and values of a sessionStorage. */
export type Stored = readonly (readonly [string, string])[]

/** What a page says: of itself, without a nonce, or in answer to a command. */
export interface Report {
  readonly nonce?: number
  readonly said?: 'ready' | 'restored'
  /** Of the harness: the tab, whatever page is in it. */
  readonly tab: string
  /** Of this page: another one after a reload. */
  readonly page: string
  readonly status?: string
  readonly generation?: number | undefined
  /** The end of the access token. */
  readonly token?: string | undefined
  /** Token requests of this page, since it was loaded. */
  readonly sent?: number
  /** Those of them that were answered with tokens. */
  readonly renewed?: number
  /** What went wrong for good. */
  readonly error?: string | undefined
  /** HTTP statuses of API calls. */
  readonly statuses?: readonly number[]
  /** Epoch milliseconds. */
  readonly at?: number
  readonly stored?: Stored
  /** Names of locks that are held. */
  readonly held?: readonly string[]
}

/** What the site tells a page that it serves. */
export interface Settings {
  readonly identityOrigin: string
  readonly gateOrigin: string
  /** At the identity server; says how long access tokens live. */
  readonly clientId: string
  /** How far the clock of all tabs is ahead of the real one. */
  readonly aheadMs: number
  /** How fast it goes, timers included, from `sinceAt` on. */
  readonly speed: number
  readonly sinceAt: number
}
