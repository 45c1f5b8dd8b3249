import { authorizationCodeGrantRequest, clockTolerance, None, processAuthorizationCodeResponse, type AuthorizationServer, type Client } from 'oauth4webapi'
import { invalidGrant, tokenError } from '../endpoint/tokenError.ts'
import type { TokenResponse } from '../endpoint/tokenResponse.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { needsKeys, type CodeClient } from './codeClient.ts'
import { keyOf, withProof } from './withProof.ts'
import { followRequests } from './followRequests.ts'
import { judgeIdToken, wrongSignature, type IdTokenTerms } from './idToken.ts'
import { loadKeySet } from './keySet.ts'
import { readSession } from './readSession.ts'
import { tokenOptions } from './requestOptions.ts'
import { isSigned } from './isSigned.ts'
import type { Transaction } from './transaction.ts'
import { requestUserInfo, withUserInfo } from './userInfo.ts'

/** Seconds by which the device's clock may be off when an ID token is judged at login. */
const loginSkewS = 60

/** What a callback and its transaction contribute to an exchange. */
export interface CodeGrant {
  /** Validated by oauth4webapi: nothing else is accepted by its request. */
  readonly parameters: URLSearchParams
  readonly transaction: Pick<Transaction, 'verifier' | 'nonce' | 'maxAgeMs' | 'stepUp' | 'jkt'>
}

/**
 * Exchanges a code for tokens (RFC 6749 §4.1.3 with RFC 7636 §4.5), once. What it gives is revoked again if the answer, its ID token,
 * or what UserInfo says, is refused, unless it was for a step-up.
 *
 * @throws AuthError `authorization_failed`, `client_rejected`, `invalid_response`, `invalid_id_token`, `clock_skew` or a transient code;
 * before the code is sent, `key_lost` or `storage_failed` when the key that it is bound to cannot be had.
 */
export async function exchangeCode<Fields>(server: AuthorizationServer, client: CodeClient<Fields>, grant: CodeGrant): Promise<Session<Claims & Fields>> {
  const { clientId, redirectUri, scope } = client
  const { verifier, nonce, maxAgeMs, stepUp, jkt } = grant.transaction
  // Before the code is spent on an answer that could not be judged.
  const keySet = needsKeys(client) ? await loadKeySet(server, client.ctx) : null
  // One that a code is bound to was kept, or is of this page.
  const key = await keyOf(client, jkt === undefined ? undefined : { secrets: { jkt, isKept: 'yes' } })
  const { ctx, laterMs } = followRequests(client.ctx)
  const oauthClient: Client = { client_id: clientId, [clockTolerance]: loginSkewS }
  const options = tokenOptions({ ...client, ctx })
  const response = await withProof(key, ctx, (proof) =>
    authorizationCodeGrantRequest(server, oauthClient, None(), grant.parameters, redirectUri.href, verifier, { ...options, ...proof }),
  )
  if (!response.ok) throw await tokenError(response, ctx.now(), invalidGrant('authorization_failed'))
  const expected = scope.includes('openid') ? { expectedNonce: nonce, requireIdToken: true, ...(maxAgeMs !== undefined && { maxAge: maxAgeMs / 1000 }) } : {}
  const validate: IdTokenTerms['validate'] = (answer) => processAuthorizationCodeResponse(server, oauthClient, answer, expected)

  let userInfo: Claims = {}
  const claimsOf = async (tokens: TokenResponse): Promise<Claims | null> => {
    const { claims, answer } = await judgeIdToken(tokens, { clientId, nowAt: ctx.now(), headers: response.headers, validate, before: null })
    if (claims === null) return null
    if (client.idTokenSignature === 'verified') {
      const verification = { server, ctx, keySet: keySet ?? (await loadKeySet(server, ctx)), mayReload: true }
      if ((await isSigned(answer, verification)) !== true) throw wrongSignature()
    }
    if (client.userInfo) userInfo = await requestUserInfo(server, { ...client, ctx }, { accessToken: tokens.accessToken, key, subject: claims.sub })
    return { ...userInfo, ...claims }
  }
  const read = await readSession(response, { server, client, key, isBeside: stepUp !== undefined, previous: null, claimsOf })
  const session = client.userInfo ? withUserInfo(read, userInfo) : read
  return session.expiresInMs === undefined ? session : { ...session, expiresInMs: session.expiresInMs - laterMs() }
}
