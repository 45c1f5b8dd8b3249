import type { PageStorage } from '../browser/storage.ts'
import { membersOf } from '../ownMembers.ts'

/** What a login remembers while the person is away at the provider. */
export interface Transaction {
  /** Random, single use: proves that a callback answers this login (RFC 6749 §10.12). */
  readonly state: string
  readonly nonce: string
  /** PKCE code verifier (RFC 7636 §4.1). Empty once the transaction is spent. */
  readonly verifier: string
  readonly issuer: string
  /** Whether the provider said that it names itself in the callback (RFC 9207 §3). */
  readonly requiresIssuer: boolean
  /** Where the person was going: checked when used. */
  readonly returnTo: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly spent: boolean
}

/** A login may take this long: reading mail for a second factor included. */
export const maxAgeMs = 3_600_000

/** Logins that may be pending in one tab. */
const maxCount = 10

const prefix = 'transaction:'

/** Keeps a transaction, and lets the oldest go when there are too many. */
export function keepTransaction(scratch: PageStorage, transaction: Transaction): void {
  const others = readAll(scratch, transaction.createdAt).sort((a, b) => b.createdAt - a.createdAt)
  for (const { state } of others.slice(maxCount - 1)) scratch.removeItem(prefix + state)
  scratch.setItem(prefix + transaction.state, JSON.stringify(transaction))
}

/** The transaction of this state, spent or not; `null` when this tab has none. Expired ones are found too. */
export function findTransaction(scratch: PageStorage, state: string): Transaction | null {
  return parse(scratch.getItem(prefix + state), state)
}

/** Marks a transaction as used and forgets its secrets. Synchronous, so that a code can be sent only once. */
export function spendTransaction(scratch: PageStorage, transaction: Transaction): void {
  scratch.setItem(prefix + transaction.state, JSON.stringify({ ...transaction, verifier: '', nonce: '', spent: true }))
}

/** All transactions of this tab that are not too old; removes the others. */
function readAll(scratch: PageStorage, nowAt: number): Transaction[] {
  const kept: Transaction[] = []
  for (const key of scratch.keys()) {
    if (!key.startsWith(prefix)) continue
    const transaction = parse(scratch.getItem(key), key.slice(prefix.length))
    if (transaction !== null && nowAt - transaction.createdAt < maxAgeMs) kept.push(transaction)
    else scratch.removeItem(key)
  }
  return kept
}

function parse(text: string | null, state: string): Transaction | null {
  if (text === null) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  return isTransaction(value) && value.state === state ? value : null
}

const shape = {
  state: 'string',
  nonce: 'string',
  verifier: 'string',
  issuer: 'string',
  requiresIssuer: 'boolean',
  returnTo: 'string',
  createdAt: 'number',
  spent: 'boolean',
} satisfies Record<keyof Transaction, string>

function isTransaction(value: unknown): value is Transaction {
  const members = membersOf(value)
  return Object.entries(shape).every(([key, type]) => typeof members[key] === type)
}
