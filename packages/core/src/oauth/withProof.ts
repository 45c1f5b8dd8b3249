import { isDPoPNonceError, processRefreshTokenResponse, type DPoPHandle } from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { parseHttpDate } from '../session/httpDate.ts'
import { timeApart } from '../session/timeApart.ts'
import type { Session } from '../session/session.ts'
import type { CodeClient } from './codeClient.ts'
import { loginKey, sessionKey } from './sessionKey.ts'
import type { DpopKey } from './dpopMemory.ts'

/** By how much clocks may differ before that is taken for why a proof was refused. */
const toleranceMs = 60_000

/**
 * The key for a request to the provider; `null`: the client's tokens are not bound.
 *
 * @param bound Of a refresh: the session, and of a login whose code is bound: to what. Then it is that key and no other.
 * @throws AuthError what {@link sessionKey} throws.
 */
export async function keyOf({ dpop, ...client }: CodeClient, bound?: Pick<Session, 'secrets'>): Promise<DpopKey | null> {
  if (dpop === null) return null
  const boundClient = { ...client, dpop }
  return bound?.secrets?.['jkt'] === undefined ? loginKey(boundClient) : sessionKey(boundClient, bound)
}

/**
 * Sends a request to the provider, with a proof where there is a key: once more, and no more than that, if the provider asks for its
 * nonce in it (RFC 9449 §8, §9). Any other error that comes with a nonce is an answer like all others.
 *
 * @throws AuthError `clock_skew` when a proof is refused by a server whose clock is another.
 */
export async function withProof(
  key: DpopKey | null,
  { now }: Pick<CodeClient['ctx'], 'now'>,
  send: (options: { readonly DPoP?: DPoPHandle }) => Promise<Response>,
): Promise<Response> {
  if (key === null) return send({})
  const options = { DPoP: key.atProvider }
  const first = await send(options)
  const response = first.headers.has('dpop-nonce') && (await asksForNonce(first)) ? await send(options) : first
  const dateAt = parseHttpDate(response.headers.get('date') ?? '')
  const aheadMs = dateAt === null ? 0 : dateAt - now()
  if (Math.abs(aheadMs) > toleranceMs && (await errorIn(response)) === 'invalid_dpop_proof') {
    throw new AuthError('clock_skew', `The provider refused a proof, and its clock is ${timeApart(aheadMs)} that of this device: is that right?`, { status: response.status })
  }
  return response
}

/** In its body (RFC 9449 §8), or, of UserInfo, in a challenge (RFC 9449 §9). */
async function asksForNonce(response: Response): Promise<boolean> {
  if (response.ok) return false
  // Whosever answer it is: oauth4webapi reads errors of all of them alike.
  return processRefreshTokenResponse({ issuer: 'any' }, { client_id: 'any' }, response.clone()).then(() => false, isDPoPNonceError)
}

async function errorIn(response: Response): Promise<unknown> {
  const body: unknown = response.ok ? null : await response.clone().json().catch(() => null)
  return membersOf(body)['error']
}
