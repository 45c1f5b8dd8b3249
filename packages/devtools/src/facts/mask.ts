import { membersOf } from '../membersOf.ts'

/** Stands where something was that nobody is to see. */
export const masked = '•••'

/** What a session has that is no secret. */
const openNames = new Set(['subject', 'user', 'scope', 'method', 'family', 'expiresInMs'])

/** Shorter texts may be part of any word. */
const shortestSecret = 6

/** Every secret of a session, to be masked wherever it turns up. Longest first, as one may be part of another. */
export function secretsOf(session: unknown): readonly string[] {
  const secrets = Object.entries(membersOf(session)).flatMap(([name, value]) => (openNames.has(name) ? [] : textsIn(value)))
  return [...new Set(secrets)].filter(({ length }) => length >= shortestSecret).sort((one, other) => other.length - one.length)
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Object.values(membersOf(value)).flatMap(textsIn)
}

/** A JWT, whoever issued it. */
const jwt = /\beyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)*/g

/** A text without these secrets, as they are or as they stand in JSON or in an address, and without any JWT. */
export function mask(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), ...inAddress(secret)])
  return forms.reduce((left, secret) => left.replaceAll(secret, masked), text).replaceAll(jwt, masked)
}

/** Half a surrogate pair cannot be in one, and throws. */
function inAddress(secret: string): readonly string[] {
  try {
    return [encodeURIComponent(secret)]
  } catch {
    return []
  }
}

/** The path of an address: no host, no query, and of what looks made by chance in it, such as the token of an invitation, nothing. */
export function maskPath(url: string): string {
  const segments = new URL(url).pathname.split('/')
  return segments.map((segment) => (isOpaque(segment) ? masked : segment)).join('/')
}

function isOpaque(segment: string): boolean {
  return segment.length >= 40 || (segment.length >= 20 && /\d/.test(segment) && /[a-z]/i.test(segment))
}
