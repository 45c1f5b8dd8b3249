import { membersOf } from '../ownMembers.ts'
import { isShallow } from './isShallow.ts'
import { isTokenSet, type SessionRecord, type TokenSet } from './session.ts'

/** The tabs that share one session: those that know its key, which is kept where the tab keeps the session itself. */
export interface Circle {
  readonly id: string
  /** 256 bits as base64url. As secret as the tokens. */
  readonly key: string
  /** Epoch milliseconds of the login that made it. */
  readonly sinceAt: number
}

/** What is kept in a storage: tokens, when they came, and their generation (it only grows). */
export interface TokenRecord<T extends TokenSet = TokenSet> {
  readonly tokens: T
  /** Epoch milliseconds. */
  readonly receivedAt: number
  readonly generation: number
  /** The generation of the login that they come from. */
  readonly epoch: number
  readonly circle?: Circle | undefined
}

/** Written with every record; a record of any other version is not read. */
export const recordVersion = 2

/** Longest record that is read, in characters. */
const maxLength = 1_048_576

/** Text for a storage. */
export function encodeRecord<T extends TokenSet>(record: TokenRecord<T>): string {
  return JSON.stringify({ version: recordVersion, ...record })
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
  const record = membersOfText(text)
  const tokens = membersOf(record['tokens'])
  const { receivedAt, generation, epoch, circle } = record
  if (record['version'] !== recordVersion || !isShallow(record) || !isCount(receivedAt) || !isCount(generation) || !isCount(epoch)) return null
  if (!isTokenSet(tokens) || !accept(tokens)) return null
  return { tokens, receivedAt, generation, epoch, ...(isCircle(circle) && { circle }) }
}

/** What a text of ours has; nothing where it is none. */
export function membersOfText(text: string): Readonly<Record<string, unknown>> {
  try {
    return text.length > maxLength ? {} : membersOf(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Whether a value is a {@link Circle}: two texts as `random` gives them, and an instant. */
export function isCircle(value: unknown): value is Circle {
  const { id, key, sinceAt } = membersOf(value)
  return isCount(sinceAt) && [id, key].every((text) => typeof text === 'string' && /^[\w-]{43}$/.test(text))
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

/** Whether a value can be an instant in epoch milliseconds, or a generation. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
