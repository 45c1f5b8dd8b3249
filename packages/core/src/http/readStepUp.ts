import { toStepUpChallenge, type StepUpChallenge } from '../session/stepUpChallenge.ts'
import { parseChallenges, tokenSchemes } from './challenge.ts'

/**
 * What an API wants beyond what the session has: a 403 that says `insufficient_scope` (RFC 6750 §3.1), or a 401 that says
 * `insufficient_user_authentication` (RFC 9470 §3). Give it to `auth.stepUp()`. Reads the header alone, so that the body is still to
 * be read; on another origin, the API has to expose `WWW-Authenticate` (`Access-Control-Expose-Headers`).
 *
 * @returns `null` for any other answer, and for a challenge that does not say what would do, or not in the characters of the RFCs.
 *
 * @example
 * const challenge = readStepUp(response)
 * if (challenge !== null) await auth.stepUp(challenge)
 */
export function readStepUp(response: Response): StepUpChallenge | null {
  const expected = { 403: 'insufficient_scope', 401: 'insufficient_user_authentication' }[response.status]
  const header = response.headers.get('www-authenticate')
  if (expected === undefined || header === null) return null
  const found = parseChallenges(header).find(({ scheme, parameters }) => tokenSchemes.includes(scheme) && parameters.get('error') === expected)
  if (found === undefined) return null
  const [scope = '', acrValues, maxAge] = ['scope', 'acr_values', 'max_age'].map((name) => found.parameters.get(name)?.trim())
  const { origin, pathname } = URL.canParse(response.url) ? new URL(response.url) : { origin: '', pathname: '' }
  return toStepUpChallenge({
    scope: scope === '' ? [] : scope.split(/ +/),
    // Only RFC 9470 knows these.
    ...(response.status === 401 && { acrValues: acrValues?.replace(/ +/g, ' '), maxAgeMs: maxAge === undefined ? undefined : durationMs(maxAge) }),
    url: origin + pathname,
  })
}

/** Seconds in digits alone; anything else makes the challenge unusable. */
function durationMs(seconds: string): number {
  return /^\d{1,10}$/.test(seconds) ? Number(seconds) * 1000 : NaN
}
