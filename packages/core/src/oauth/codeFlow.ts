import type { Popup } from '../browser/popup.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { beginLogin, type LoginRequest } from './beginLogin.ts'
import { serverOf, type CodeClient } from './codeClient.ts'
import { completeLogin } from './completeLogin.ts'
import { runPopupFlow } from './popupFlow.ts'
import { readRedirectCallback } from './redirectCallback.ts'
import { refreshTokens } from './exchangeCode.ts'

export { completeLogin } from './completeLogin.ts'
export { endLogin } from './endLogin.ts'
export { handOver } from './handOver.ts'

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
  const begun = await beginLogin(client, { ...request, isPopup: popup !== null })
  if (popup === null) {
    ctx.page.assign(begun.url)
    return null
  }
  return runPopupFlow({
    ...begun,
    popup,
    timeoutMs: popupTimeoutMs,
    ctx,
    read: (address) =>
      readRedirectCallback(address, { redirectUri, ctx, complete: (url, transaction) => completeLogin(client, url, transaction) }),
  })
}

/** New tokens for a session. */
export async function refreshLogin<Fields>(client: CodeClient<Fields>, session: Session<Claims & Fields>): Promise<Session<Claims & Fields>> {
  return refreshTokens(await serverOf(client), client, session)
}
