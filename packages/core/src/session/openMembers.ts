import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { isShallow } from './isShallow.ts'

/**
 * Names of what is not shown, at any depth: what a schema gives and what a token claims is shown to the app. No secret may get there,
 * nor what changes with every answer, nor what could become a prototype.
 */
const hiddenNames = [
  /token|secret|pass[\W_]*(word|wd|phrase)|(api|private|access)[\W_]*key|[cx]srf/i,
  /(jwt|bearer|authorization|cookies?|credentials?|pwd|otp([\W_]*code)?|[\W_]pin|session[\W_]*id|expires[\W_]*in)$/i,
  /^(keys?|pin|refresh|__proto__)$/i,
]

/**
 * The members of an answer or of a token that may be shown to the app, at any depth: a copy.
 *
 * @throws AuthError `invalid_response` when they are nested too deep.
 */
export function openMembers(body: unknown): Readonly<Record<string, unknown>> {
  if (!isShallow(body)) throw new AuthError('invalid_response', 'The answer is nested too deep: look at the endpoint.')
  return membersOf(JSON.parse(JSON.stringify(membersOf(body), (name, value: unknown) => (isHidden(name) ? undefined : value))))
}

function isHidden(name: string): boolean {
  // Names of claims may be URLs, whose host says nothing; and in userPin a word begins with a capital.
  const words = name.slice(name.lastIndexOf('/') + 1).replace(/([a-z\d])(?=[A-Z])/g, '$1_')
  return hiddenNames.some((hidden) => hidden.test(words))
}
