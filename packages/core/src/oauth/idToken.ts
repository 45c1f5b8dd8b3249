import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { getValidatedIdTokenClaims, JWT_TIMESTAMP_CHECK, OperationProcessingError, type IDToken, type processRefreshTokenResponse } from 'oauth4webapi'
import { base64url } from '../browser/crypto.ts'
import { digest } from '../browser/digest.ts'
import type { TokenResponse } from '../endpoint/tokenResponse.ts'
import { AuthError } from '../errors.ts'
import { membersOf, ownMembers } from '../ownMembers.ts'
import type { Claims } from '../session/claims.ts'
import { parseHttpDate } from '../session/httpDate.ts'
import { timeApart } from '../session/timeApart.ts'

/** What an ID token is held to. */
export interface IdTokenTerms {
  readonly clientId: string
  /** Epoch milliseconds. */
  readonly nowAt: number
  /** Of the answer that it came in. */
  readonly headers: Headers
  /** oauth4webapi's judgement of an answer: issuer, audience, times, and what belongs to a login. */
  readonly validate: (answer: Response) => ReturnType<typeof processRefreshTokenResponse>
  /** At a refresh: what the ID token said that the session has. `null` at login. */
  readonly before: Claims | null
}

/** An answer without an ID token, or the claims of one that is right in all but its signature, which nobody has looked at. */
export interface JudgedAnswer {
  readonly claims: IDToken | null
  readonly answer: Response
}

/** An honest ID token is new. By how much clocks may be off, in seconds: what is a day away was not made for this answer. */
const furthestS = 86_400

/** Once said, it stays so for a session (OpenID Connect Core §12.2). */
const lasting = ['iss', 'azp', 'auth_time', 'nonce']

/**
 * Judges the ID token of an answer, all but its signature (OpenID Connect Core §3.1.3.7, §12.2).
 *
 * @throws AuthError `invalid_id_token`, `clock_skew`.
 */
export async function judgeIdToken({ accessToken, idToken }: TokenResponse, terms: IdTokenTerms): Promise<JudgedAnswer> {
  // Only what oauth4webapi is to judge: its reading of other members is stricter or looser than ours.
  const answer = Response.json({ access_token: accessToken, token_type: 'bearer', id_token: idToken })
  let claims: IDToken | null
  let header: ReturnType<typeof decodeProtectedHeader>
  try {
    claims = getValidatedIdTokenClaims(await terms.validate(answer)) ?? null
    if (claims === null || idToken === undefined) return { claims: null, answer }
    claims = ownMembers(claims)
    header = ownMembers(decodeProtectedHeader(idToken))
  } catch (error) {
    throw idTokenError(error, terms)
  }
  const { typ, alg = '' } = header
  checkClaims(claims, typ, terms)
  const { at_hash: hash } = claims
  if (hash !== undefined && hash !== (await hashOf(accessToken, alg))) throw invalidIdToken('it came with another access token')
  return { claims, answer }
}

/** Nobody, or somebody else, signed the ID token. */
export const wrongSignature = (): AuthError => invalidIdToken('it is not signed with a key of the provider')

function invalidIdToken(problem: string): AuthError {
  return new AuthError('invalid_id_token', `The ID token was refused: ${problem}. Look at the client's registration.`)
}

/** What oauth4webapi leaves to its caller: a subject of OpenID Connect Core §2, and no access token in disguise (RFC 9068 §4). */
function checkClaims(claims: IDToken, type: unknown, terms: IdTokenTerms): void {
  const { sub, iat, azp } = claims
  const { clientId, nowAt, before } = terms
  if (sub === '' || sub.length > 255) throw invalidIdToken('its subject is empty or longer than 255 characters')
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'jwt')) throw invalidIdToken('its type is not JWT')
  if (azp !== undefined && azp !== clientId) throw invalidIdToken('it was issued to another client')
  const ageS = nowAt / 1000 - iat
  // At a refresh, some servers give the one of before once more.
  if (ageS < -furthestS || (before === null && ageS > furthestS)) throw wrongTime('iat', -ageS, terms)
  const changed = lasting.find((name) => before?.[name] !== undefined && claims[name] !== undefined && claims[name] !== before[name])
  if (changed !== undefined) throw invalidIdToken(`its "${changed}" is not that of the login`)
}

/** The left half of the hash that its algorithm has (OpenID Connect Core §3.1.3.6); of Ed25519 that is SHA-512. */
async function hashOf(accessToken: string, alg: string): Promise<string> {
  const bits = alg.endsWith('256') ? 256 : alg.endsWith('384') ? 384 : 512
  return base64url((await digest(accessToken, bits)).slice(0, bits / 16))
}

/** Names the fault without the claims that oauth4webapi attaches to its error. */
function idTokenError(error: unknown, terms: IdTokenTerms): AuthError {
  const isTime = error instanceof OperationProcessingError && error.code === JWT_TIMESTAMP_CHECK
  const { claim, claims, now } = membersOf(isTime ? error.cause : null)
  if (claim === 'exp' || claim === 'nbf') return wrongTime(claim, Number(membersOf(claims)[claim]) - Number(now), terms)
  return invalidIdToken(error instanceof Error ? error.message : 'unknown')
}

/** @param aheadS By how much the claim is ahead of now, in seconds. */
function wrongTime(claim: string, aheadS: number, { nowAt, headers }: IdTokenTerms): AuthError {
  // Another origin has to expose it.
  const sentAt = parseHttpDate(headers.get('date') ?? '')
  const clock = sentAt === null ? ': is that right?' : `, which is ${timeApart(nowAt - sentAt)} that of the provider.`
  return new AuthError('clock_skew', `The ID token is not valid at this time, as its "${claim}" is ${timeApart(aheadS * 1000)} the clock of this device${clock}`)
}
