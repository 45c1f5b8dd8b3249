import type { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'

/** Parameters of an authorization request beyond those that this library knows, by their names on the wire. */
export type ExtraParameters = Readonly<Record<string, string>>

/** What only this library sets, what has an option everywhere, and what has no place in an address. */
const reserved =
  'response_type response_mode client_id redirect_uri scope state nonce code_challenge code_challenge_method request request_uri client_secret client_assertion'.split(' ')

/** What has an option or an input in a full authorization code flow. */
const inputs: readonly string[] = ['prompt', 'max_age', 'acr_values', 'resource', 'login_hint']

/**
 * Checks extra parameters and copies them.
 *
 * @param refuse Makes the error that is thrown for a name that is not free, or for a value that is no text.
 * @param taken Further names that are not free.
 */
export function checkExtraParameters(value: unknown, refuse: (problem: string) => AuthError, taken: readonly string[] = inputs): ExtraParameters {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null) throw refuse('expected an object of texts.')
  const checked: Record<string, string> = {}
  for (const [name, text] of Object.entries(membersOf(value))) {
    if (reserved.includes(name) || taken.includes(name)) throw refuse(`"${name}" is not free: it is this library's own, or has an option or an input.`)
    if (typeof text !== 'string') throw refuse(`"${name}" has to be text.`)
    checked[name] = text
  }
  return checked
}
