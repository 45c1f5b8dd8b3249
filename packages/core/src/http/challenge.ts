/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1). */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string
  /** Names in lower case; the first of a repeated name counts. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Of the access tokens that an authorization server issues (RFC 6750 §3, RFC 9449 §7.1). */
export const tokenSchemes: readonly string[] = ['bearer', 'dpop']

/** Longest header that is read, in characters. */
const maxLength = 8_192

/**
 * Commas and spaces, a token, perhaps `=` with a token or quoted string after it, perhaps the padding of a token68.
 * Each alternative starts with a character of its own, so that matching is linear.
 */
const piece = /[\s,]*([!#$%&'*+./:^`|~\w-]+)(?:(\s*=\s*)(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+./:^`|~\w-]*)))?=*/gy

/** Parses a `WWW-Authenticate` header. Stops, without throwing, at the first thing that it does not understand. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  for (const [, name = '', equals, quoted, plain = ''] of header.slice(0, maxLength).matchAll(piece)) {
    if (equals === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() })
    else addParameter(challenges.at(-1)?.parameters, name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain)
  }
  return challenges
}

function addParameter(parameters: Map<string, string> | undefined, name: string, value: string): void {
  if (parameters !== undefined && !parameters.has(name)) parameters.set(name, value)
}

/**
 * Whether a 401 says that the access token is no good (RFC 6750 §3.1, RFC 9449 §7.1), so that a fresh one may help.
 * An API on another origin often hides the header; without one, a 401 is taken at its word.
 */
export function rejectsToken(response: Response): boolean {
  if (response.status !== 401) return false
  const header = response.headers.get('www-authenticate')
  if (header === null) return true
  return parseChallenges(header).some(({ scheme, parameters }) => {
    const error = parameters.get('error')
    return tokenSchemes.includes(scheme) && (error === undefined || error === 'invalid_token')
  })
}

/** Whether a 401 asks for a proof with the nonce of the server (RFC 9449 §9). */
export function wantsNonce({ status, headers }: Response): boolean {
  if (status !== 401) return false
  const challenges = parseChallenges(headers.get('www-authenticate') ?? '')
  return challenges.some(({ scheme, parameters }) => scheme === 'dpop' && parameters.get('error') === 'use_dpop_nonce')
}
