import type { Popup } from '../browser/popup.ts'
import { memoryStorage } from '../browser/storage.ts'
import { AuthError, isAuthError } from '../errors.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { beginLogin, type LoginRequest } from './beginLogin.ts'
import { keepTransaction } from './beginTransaction.ts'
import { serverOf, type CodeClient } from './codeClient.ts'
import { completeLogin as complete } from './completeLogin.ts'
import { runPopupFlow } from './popupFlow.ts'
import { readRedirectCallback } from './redirectCallback.ts'
import { refreshTokens } from './refreshTokens.ts'
import { askedOf, stepUpRounds } from './stepUpRounds.ts'
import { readTerms } from './stepUpTerms.ts'
import type { Transaction } from './transaction.ts'

export { attachDpop, noteNonce } from './attachDpop.ts'
export { endLogin } from './endLogin.ts'
export { handOver } from './handOver.ts'
export { keepStepUp } from './keepStepUp.ts'
export { stepUp } from './stepUp.ts'
export { readTerms } from './stepUpTerms.ts'

/**
 * Signs in: this page leaves for the provider, or waits for the popup that goes there.
 *
 * @returns `null`: the page is leaving.
 */
export async function startCodeFlow<Fields>(
  client: CodeClient<Fields>,
  request: Omit<LoginRequest, 'isPopup'>,
  popup: Popup | null,
): Promise<Session<Claims & Fields> | null> {
  const { ctx, redirectUri, popupTimeoutMs } = client
  const { url, transaction } = await beginLogin(client, { ...request, isPopup: popup !== null })
  // This page waits for its popup: what is to be remembered ends with it, and is nothing for a storage that may be blocked.
  const scratch = popup === null ? ctx.scratch : memoryStorage()
  keepTransaction(scratch, transaction)
  if (popup === null) {
    ctx.page.assign(url)
    return null
  }
  return runPopupFlow({
    popup,
    url,
    state: transaction.state,
    timeoutMs: popupTimeoutMs,
    ctx,
    read: (address) =>
      readRedirectCallback(address, { redirectUri, ctx: { ...ctx, scratch }, complete: (callbackUrl, found) => completeLogin(client, callbackUrl, found) }),
  })
}

/**
 * Completes a login, or a step-up, which was asked for with scopes of its own.
 *
 * @throws AuthError what completing a login throws; `invalid_callback` when the terms of the step-up cannot be read.
 */
export async function completeLogin<Fields>(client: CodeClient<Fields>, url: URL, transaction: Transaction): Promise<Session<Claims & Fields>> {
  if (transaction.stepUp === undefined) return complete(client, url, transaction)
  const terms = readTerms(transaction.stepUp)
  if (terms === null) throw new AuthError('invalid_callback', 'What this step-up was for is not known any more: send the request again.')
  try {
    return await complete({ ...client, scope: terms.scope }, url, transaction)
  } catch (error) {
    if (isAuthError(error) && error.retryable) stepUpRounds(client.ctx.scratch).forgive({ family: terms.family, asked: askedOf(terms.challenge) })
    throw error
  }
}

/** New tokens for a session. */
export async function refreshLogin<Fields>(client: CodeClient<Fields>, session: Session<Claims & Fields>): Promise<Session<Claims & Fields>> {
  return refreshTokens(await serverOf(client), client, session)
}
