import { processUserInfoResponse, userInfoRequest, type AuthorizationServer } from 'oauth4webapi'
import { tokenError } from '../endpoint/tokenError.ts'
import { AuthError } from '../errors.ts'
import { userClaims, type Claims } from '../session/claims.ts'
import { membersOfText } from '../session/record.ts'
import type { Session } from '../session/session.ts'
import type { CodeClient } from './codeClient.ts'
import type { DpopKey } from './dpopMemory.ts'
import { withProof } from './withProof.ts'
import { loadKeySet } from './keySet.ts'
import { requestOptions } from './requestOptions.ts'
import { isSigned } from './isSigned.ts'

/** Whom to ask about. */
interface UserInfoQuestion {
  readonly accessToken: string
  /** What that is bound to. */
  readonly key: DpopKey | null
  /** Of the ID token. */
  readonly subject: string
}

/**
 * What the provider says of the person beyond the ID token (OpenID Connect Core §5.3), asked with the access token in the header.
 *
 * @throws AuthError a transient code, `client_rejected`; `invalid_response` when it is of another person, or signed by somebody else.
 */
export async function requestUserInfo(server: AuthorizationServer, client: CodeClient, question: UserInfoQuestion): Promise<Claims> {
  const { clientId, ctx } = client
  const { accessToken, key, subject } = question
  const oauthClient = { client_id: clientId }
  const response = await withProof(key, ctx, (proof) => userInfoRequest(server, oauthClient, accessToken, { ...requestOptions(ctx), ...proof }))
  if (!response.ok) throw await tokenError(response, ctx.now())
  const claims = await processUserInfoResponse(server, oauthClient, subject, response).catch((error: unknown) => {
    throw refused(error instanceof Error ? error.message : 'unknown')
  })
  // oauth4webapi reads a signed answer for its type alone. What is not plainly JSON has to have been one.
  const isPlain = /^application\/json *(;|$)/i.test(response.headers.get('content-type') ?? '')
  if (isPlain) return claims
  const keySet = await loadKeySet(server, ctx)
  if ((await isSigned(response, { server, keySet, ctx, mayReload: true })) !== true) throw refused('it is not signed with a key of the provider')
  return claims
}

/** What it said at the login of this session: it is not asked again. */
export function userInfoOf({ secrets }: Session): Readonly<Record<string, unknown>> {
  return membersOfText(secrets?.['userInfo'] ?? '')
}

/** Keeps with a session what {@link userInfoOf} gives: of the person alone. */
export function withUserInfo<S extends Session>(session: S, userInfo: Readonly<Record<string, unknown>>): S {
  return { ...session, secrets: { ...session.secrets, userInfo: JSON.stringify(userClaims(userInfo)) } }
}

function refused(problem: string): AuthError {
  return new AuthError('invalid_response', `What UserInfo answered cannot be used: ${problem}. Look at the provider.`)
}
