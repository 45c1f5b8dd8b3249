import type { PageStorage } from '../browser/storage.ts'
import { membersOfText } from '../session/record.ts'

/** What a login remembers while the person is away at the provider. */
export interface Transaction {
  /** Random, single use: proves that a callback answers this login (RFC 6749 §10.12). */
  readonly state: string
  readonly nonce: string
  /** PKCE code verifier (RFC 7636 §4.1). Empty once the transaction is spent. */
  readonly verifier: string
  /** Whom the callback may name (RFC 9207 §2.4); `null`: nobody. */
  readonly issuer: string | null
  /** Whether the provider said that it names itself in the callback (RFC 9207 §3). */
  readonly requiresIssuer: boolean
  /** The person must have signed in at the provider no longer ago than this (OpenID Connect Core §3.1.2.1), in whole seconds. */
  readonly maxAgeMs?: number | undefined
  /** Of a step-up: its terms, as text. */
  readonly stepUp?: string | undefined
  /** Thumbprint of the key that the code is bound to (RFC 9449 §10). */
  readonly jkt?: string | undefined
  /** Where the person was going: checked when used. */
  readonly returnTo: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly spent: boolean
}

/** A login may take this long: reading mail for a second factor included. */
export const longestLoginMs = 3_600_000

/** Begins the state of a login in a popup, and says nothing else: the window that opened it has the transaction. */
export const popupPrefix = 'popup.'

/** Of the keys of transactions; the state follows. */
export const prefix = 'transaction:'

/** The transaction of this state, spent or not; `null` when this tab has none, as for a state that is missing. Expired ones are found too. */
export function findTransaction(scratch: PageStorage, state: string | null): Transaction | null {
  return readTransaction(scratch.getItem(prefix + state), state)
}

/** Marks a transaction as used and forgets its secrets, and whom a step-up was for. Synchronous, so that a code can be sent only once. */
export function spendTransaction(scratch: PageStorage, transaction: Transaction): void {
  scratch.setItem(prefix + transaction.state, JSON.stringify({ ...transaction, verifier: '', nonce: '', stepUp: undefined, spent: true }))
}

/** Reads what a storage holds under this state, or gives `null` for anything else: no text can make it throw. */
export function readTransaction(text: string | null, state: string | null): Transaction | null {
  // Read as JSON, what is missing has no members.
  const value = membersOfText(String(text))
  return isTransaction(value) && value.state === state ? value : null
}

const shape = {
  state: 'string',
  nonce: 'string',
  verifier: 'string',
  requiresIssuer: 'boolean',
  returnTo: 'string',
  createdAt: 'number',
  spent: 'boolean',
} satisfies Record<Exclude<keyof Transaction, 'issuer' | 'maxAgeMs' | 'stepUp' | 'jkt'>, string>

function isTransaction(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & Transaction {
  const { issuer, maxAgeMs, stepUp, jkt, ...members } = value
  const areTexts = [stepUp, jkt].every((text) => text === undefined || typeof text === 'string')
  const isRight = areTexts && (issuer === null || typeof issuer === 'string') && (maxAgeMs === undefined || typeof maxAgeMs === 'number')
  return isRight && Object.entries(shape).every(([key, type]) => typeof members[key] === type)
}
