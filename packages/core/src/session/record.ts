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
export function encodeRecord(record: TokenRecord): string {
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
  if (!isRecordShape(value) || value.version !== version) return null
  const { tokens, receivedAt, generation } = value
  if (!isInstant(receivedAt) || !isInstant(generation) || !isTokenSet(tokens) || !accept(tokens)) return null
  return { tokens, receivedAt, generation }
}

/** Whether stored tokens are a whole {@link SessionRecord} of a known method. */
export function isSessionRecord(tokens: TokenSet, methods: readonly string[]): tokens is SessionRecord {
  const { subject, scope, idToken, method, family } = tokens as Partial<Record<keyof SessionRecord, unknown>>
  return (
    (subject === null || typeof subject === 'string') &&
    Array.isArray(scope) &&
    scope.every((item) => typeof item === 'string') &&
    (idToken === undefined || typeof idToken === 'string') &&
    typeof method === 'string' &&
    methods.includes(method) &&
    typeof family === 'string' &&
    Object.hasOwn(tokens, 'user')
  )
}

function isRecordShape(value: unknown): value is Record<'version' | 'tokens' | 'receivedAt' | 'generation', unknown> {
  return typeof value === 'object' && value !== null && ['version', 'tokens', 'receivedAt', 'generation'].every((key) => Object.hasOwn(value, key))
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
