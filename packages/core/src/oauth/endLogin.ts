import { None, revocationRequest, type AuthorizationServer } from 'oauth4webapi'
import { isAuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { isToken, type Session } from '../session/session.ts'
import { withParameters } from './beginTransaction.ts'
import { serverOf, type CodeClient } from './codeClient.ts'
import { requestOptions } from './requestOptions.ts'
import { tokenError } from '../endpoint/tokenError.ts'

/**
 * Revokes the refresh token, or the access token where there is none (RFC 7009 §2.1), then ends the session at the provider
 * (RP-Initiated Logout 1.0 §2) if the client has a `postLogoutRedirectUri`: that leaves the page.
 *
 * @returns Whether the provider offers either.
 * @throws AuthError when the revocation failed; the provider's session is ended all the same, unless it does not answer at all.
 */
export async function endLogin(client: CodeClient, session: Session): Promise<boolean> {
  const { clientId, postLogoutRedirectUri, idTokenHint, ctx } = client
  const server = await serverOf(client)
  const revoked = revoke(server, client, [session.refreshToken, session.accessToken])
  if (postLogoutRedirectUri === undefined || server.end_session_endpoint === undefined) return revoked
  const outcome: unknown = await revoked.catch((cause: unknown) => cause)
  // Of a provider that does not answer, the person would get an error page of the browser.
  if (!isAuthError(outcome, 'network', 'timeout')) {
    const hint = idTokenHint ? { id_token_hint: session.idToken } : { logout_hint: session.subject ?? undefined }
    const parameters = { client_id: clientId, post_logout_redirect_uri: postLogoutRedirectUri.href, ...hint }
    ctx.page.assign(withParameters(server.end_session_endpoint, parameters))
  }
  await revoked
  return true
}

/** Has nobody use the tokens of an answer that was refused. Nobody waits for it, and nobody hears of a failure. */
export function revokeAnswer(server: AuthorizationServer, client: CodeClient, answer: Response): void {
  const revokeNewest = async (): Promise<void> => {
    const { refresh_token: refreshToken, access_token: accessToken } = membersOf(await answer.json())
    await revoke(server, client, [refreshToken, accessToken])
  }
  revokeNewest().catch(() => {})
}

/** Revokes the first of them that is a token, if the provider has a way to. */
async function revoke(server: AuthorizationServer, { clientId, ctx }: CodeClient, candidates: readonly unknown[]): Promise<boolean> {
  const token = candidates.find(isToken)
  if (server.revocation_endpoint === undefined || token === undefined) return false
  const response = await revocationRequest(server, { client_id: clientId }, None(), token, requestOptions(ctx, true))
  if (!response.ok) throw await tokenError(response, ctx.now())
  return true
}
