import type { AuthErrorCode } from '../errors.ts'
import type { Circle, TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'

/** What the ledger has that is newer than what this tab has. */
export type News<T extends TokenSet> =
  | { readonly type: 'record'; readonly generation: number; readonly record: TokenRecord<T> }
  /** `epoch`: of the login that is meant; `code`: of the error that ended the session; `null`: somebody signed out. */
  | { readonly type: 'over'; readonly generation: number; readonly epoch: number; readonly code: AuthErrorCode | null }
  /** Made with the key of this circle by another version of the app. */
  | { readonly type: 'foreign' }
  /** The ledger has nothing of this circle, or nothing that was made with its key. */
  | { readonly type: 'missing' }

/** What a tab knows of its circle: a generation, and the login that it comes from. */
export interface Known {
  readonly generation: number
  readonly epoch: number
}

/** Nothing at all. */
export const nothing: Known = { generation: 0, epoch: 0 }

/** What the ledger has of a circle beyond what is known; `null`: nothing. */
export type ReadNews<T extends TokenSet> = (circle: Circle, known: Known) => Promise<News<T> | null>
