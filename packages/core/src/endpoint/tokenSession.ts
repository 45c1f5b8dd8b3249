import { membersOf } from '../ownMembers.ts'
import { decodeClaims, userClaims, type Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { readExtraFields, type FieldsSchema } from './extraFields.ts'
import { tokenLifetimeMs, type TokenLifetime } from './tokenLifetime.ts'
import { parseTokenResponse, readJson, type TokenResponse } from './tokenResponse.ts'

/** How an answer is read. */
export interface AnswerOptions<Fields> {
  readonly lifetime?: TokenLifetime | undefined
  readonly fields?: FieldsSchema<Fields> | undefined
  /** What counts as granted where the answer to a login does not say: what was asked for (RFC 6749 §5.1). */
  readonly requestedScope?: readonly string[] | undefined
  /** Finds out whose tokens these are, or refuses them; `null`: the answer does not say. Default: decodes them. */
  readonly claimsOf?: ((tokens: TokenResponse) => Promise<Claims | null>) | undefined
}

/**
 * Makes a session of a token response (RFC 6749 §5.1). Without `claimsOf`, its claims are decoded from the ID token, or else the
 * access token, and not verified: whoever spends the token asks a server that does.
 *
 * @param previous What stays in force where the answer is silent; `null` at login.
 * @throws AuthError `invalid_response`.
 */
export async function readTokenSession<Fields>(
  response: Response,
  previous: Session<Claims & Fields> | null,
  { lifetime, fields, requestedScope = [], claimsOf }: AnswerOptions<Fields>,
): Promise<Session<Claims & Fields>> {
  const body = await readJson(response)
  const { scope, ...tokens } = parseTokenResponse(body)
  // Whom the ID token of the login named, the access token of a refresh does not rename.
  const idToken = tokens.idToken ?? previous?.idToken
  const claims = claimsOf === undefined ? decodeClaims(idToken ?? tokens.accessToken) : await claimsOf(tokens)
  const extra: unknown = fields === undefined ? {} : await extraFields(fields, body, previous)
  const user: unknown = claims === null ? { ...previous?.user, ...membersOf(extra) } : { ...membersOf(extra), ...userClaims(claims) }
  return {
    ...tokens,
    idToken,
    expiresInMs: tokenLifetimeMs(lifetime, tokens),
    scope: scope ?? previous?.scope ?? requestedScope,
    subject: claims?.sub ?? previous?.subject ?? null,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Claims by construction, and fields if there is a schema for them.
    user: user as Claims & Fields,
  }
}

/** What the schema makes of the answer: at a refresh, which often leaves out what the login's answer said, at least what it made of that. */
async function extraFields<Fields>(fields: FieldsSchema<Fields>, body: unknown, previous: Session | null): Promise<unknown> {
  try {
    return await readExtraFields(fields, body)
  } catch (error) {
    if (previous === null) throw error
    // What a token said of the person is for the new token to say again.
    const claims = decodeClaims(previous.idToken ?? previous.accessToken ?? '') ?? {}
    return Object.fromEntries(Object.entries(membersOf(previous.user)).filter(([name]) => !(name in claims)))
  }
}
