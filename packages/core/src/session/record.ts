import { membersOf } from '../ownMembers.ts'
import { isShallow } from './isShallow.ts'
import { isTokenSet, type SessionRecord, type TokenSet } from './session.ts'

/** What is kept in a storage: tokens, when they came, and their generation (it only grows). */
export interface TokenRecord<T extends TokenSet = TokenSet> {
  readonly tokens: T
  /** Epoch milliseconds. */
  readonly receivedAt: number
  readonly generation: number
}

/** Written with every record; a record of any other version is not read. */
const version = 1

/** Longest record that is read, in characters. */
const maxLength = 1_048_576

/** Text for a storage. */
export function encodeRecord<T extends TokenSet>(record: TokenRecord<T>): string {
  return JSON.stringify({ version, ...record })
}

/**
 * Reads what {@link encodeRecord} wrote, or gives `null` for anything else: no text can make it throw.
 *
 * @param accept Checks the members that the app's own tokens have beyond a {@link TokenSet}.
 */
export function decodeRecord<T extends TokenSet>(
  text: string,
  accept: (tokens: TokenSet) => tokens is T,
): TokenRecord<T> | null {
  if (text.length > maxLength) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const record = membersOf(value)
  const tokens = membersOf(record['tokens'])
  const { receivedAt, generation } = record
  if (record['version'] !== version || !isShallow(value) || !isInstant(receivedAt) || !isInstant(generation))
    return null
  return isTokenSet(tokens) && accept(tokens) ? { tokens, receivedAt, generation } : null
}

/**
 * Whether stored tokens are a whole {@link SessionRecord} of a known method. A user whose own `sub` is not the
 * session's subject shows that somebody edited the record.
 */
export function isSessionRecord(tokens: TokenSet, methods: readonly string[]): tokens is SessionRecord {
  const { subject, scope, idToken, method, family, user, secrets } = membersOf(tokens)
  const { sub } = membersOf(user)
  return (
    (subject === null || (typeof subject === 'string' && (typeof sub !== 'string' || sub === subject))) &&
    Array.isArray(scope) &&
    scope.every((item) => typeof item === 'string') &&
    (idToken === undefined || typeof idToken === 'string') &&
    Object.values(membersOf(secrets)).every((secret) => typeof secret === 'string') &&
    typeof method === 'string' &&
    methods.includes(method) &&
    typeof family === 'string'
  )
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
