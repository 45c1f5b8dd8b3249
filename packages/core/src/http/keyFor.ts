import { AuthError } from '../errors.ts'
import { isToken, type Session } from '../session/session.ts'
import { covers } from './destinations.ts'

/** By destination. */
export type Keys = Readonly<Record<string, string>>

/** The name of a key that is for every destination. */
export const single = ''

/** Whether these are API keys. A session of another method may have a token, and secrets, but none that is both. */
export function hasKeys({ accessToken, secrets = {} }: Pick<Session, 'accessToken' | 'secrets'>): boolean {
  return Object.values(secrets)[0] === accessToken
}

/**
 * The key for a URL: of several, that of the longest destination which covers it.
 *
 * @throws AuthError `destination_not_allowed` when there is none.
 */
export function keyFor({ secrets = {} }: Pick<Session, 'secrets'>, url: URL): string {
  const covering = Object.entries(secrets).filter(([name]) => URL.canParse(name) && covers(new URL(name), url))
  const [longest] = covering.sort(([one], [other]) => other.length - one.length)
  const key = secrets[single] ?? longest?.[1]
  // It may come from a storage that somebody edited.
  if (isToken(key)) return key
  throw new AuthError('destination_not_allowed', `None of the keys is for ${url.origin}${url.pathname}: give login() one for it, or use fetch.`)
}
