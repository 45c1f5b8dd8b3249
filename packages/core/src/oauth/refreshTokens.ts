import { clockTolerance, None, processRefreshTokenResponse, refreshTokenGrantRequest, type AuthorizationServer, type Client } from 'oauth4webapi'
import { invalidGrant, tokenError } from '../endpoint/tokenError.ts'
import type { TokenResponse } from '../endpoint/tokenResponse.ts'
import { decodeClaims, type Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { needsKeys, type CodeClient } from './codeClient.ts'
import { keyOf, withProof } from './withProof.ts'
import { judgeIdToken, wrongSignature, type IdTokenTerms } from './idToken.ts'
import { loadKeySet, type KeySet } from './keySet.ts'
import { readSession } from './readSession.ts'
import { tokenOptions } from './requestOptions.ts'
import { isSigned } from './isSigned.ts'
import { userInfoOf, withUserInfo } from './userInfo.ts'

/** Seconds by which the device's clock may be off: the ID token only has to be of the same person and issuer; a wrong clock must not end the session. */
const skewS = 86_400

/** Whether a server refuses to say again whom the access token is for (RFC 8707 §2). Without saying so, what the login was granted is meant (§2.2). */
async function isForOthers(response: Response, nowAt: number): Promise<boolean> {
  if (response.ok) return false
  const { oauthError = '' } = await tokenError(response.clone(), nowAt)
  return ['invalid_target', 'invalid_scope'].includes(oauthError)
}

/**
 * Exchanges a refresh token for new tokens (RFC 6749 §6), once more without `resource` where the server refuses that.
 * An ID token in the answer must be of the same issuer and client (OpenID Connect Core §12.2); auth compares its subject.
 * One whose signature cannot be verified now is left out, and the one of before stays with its claims: the refresh token
 * of before is spent, so its successor must not be lost for want of a key.
 *
 * @throws AuthError `refresh_rejected` for `invalid_grant`, `key_lost`, `client_rejected`, `invalid_id_token`, or a transient code.
 */
export async function refreshTokens<Fields>(
  server: AuthorizationServer,
  client: CodeClient<Fields>,
  session: Session<Claims & Fields>,
): Promise<Session<Claims & Fields>> {
  const { clientId, ctx } = client
  const key = await keyOf(client, session)
  const oauthClient: Client = { client_id: clientId, [clockTolerance]: skewS }
  // Beside the request for tokens: one after the other, and after the metadata, they might need more time than a refresh has.
  const loading = needsKeys(client) ? loadKeySet(server, ctx).catch(() => null) : null
  const ask = (resource: CodeClient['resource']): Promise<Response> =>
    withProof(key, ctx, (proof) =>
      refreshTokenGrantRequest(server, oauthClient, None(), session.refreshToken ?? '', { ...tokenOptions({ resource, ctx }), ...proof }),
    )
  const first = await ask(client.resource)
  const response = client.resource !== undefined && (await isForOthers(first, ctx.now())) ? await ask(undefined) : first
  if (!response.ok) throw await tokenError(response, ctx.now(), invalidGrant('refresh_rejected'))
  const before = decodeClaims(session.idToken ?? '') ?? {}
  const validate: IdTokenTerms['validate'] = (answer) => processRefreshTokenResponse(server, oauthClient, answer)
  const verdictOn = async (answer: Response, keySet: KeySet | null): Promise<boolean | null> =>
    // What was fetched just now is not fetched again: see above.
    keySet === null ? null : isSigned(answer, { server, ctx, keySet, mayReload: keySet.isKept }).catch(() => null)

  let isLeftOut = false
  const claimsOf = async (tokens: TokenResponse): Promise<Claims | null> => {
    const { claims, answer } = await judgeIdToken(tokens, { clientId, nowAt: ctx.now(), headers: response.headers, validate, before })
    if (claims === null) return null
    const verdict = client.idTokenSignature === 'unchecked' || (await verdictOn(answer, await loading))
    if (verdict === false) throw wrongSignature()
    // That of somebody else ends the session, whoever signed it.
    isLeftOut = verdict === null && (session.subject === null || claims.sub === session.subject)
    if (isLeftOut) return null
    return client.userInfo ? { ...userInfoOf(session), ...claims } : claims
  }
  // Silence means what the refresh token was granted (RFC 6749 §5.1, §6), which may be less than a step-up since.
  const { refreshScope = session.scope.join(' ') } = session.secrets ?? {}
  const previous = { ...session, scope: refreshScope.split(' ').filter(Boolean) }
  const read = await readSession(response, { server, client, key, previous, claimsOf })
  const next = client.userInfo ? withUserInfo(read, userInfoOf(session)) : read
  return isLeftOut ? { ...next, idToken: session.idToken } : next
}
