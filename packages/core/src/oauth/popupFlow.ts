import type { Line, Popup } from '../browser/popup.ts'
import { quietly } from '../browser/quietly.ts'
import { AuthError, toAuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import type { Session } from '../session/session.ts'
import { channelName, readAnswer, receivedMessage } from './answerMessage.ts'
import type { Callback } from './callback.ts'
import { popupsOf } from './popupsOf.ts'

/** A login that a popup is to go through while this window waits. */
export interface PopupLogin<User> {
  readonly popup: Popup
  /** Where it is to go. */
  readonly url: string
  readonly state: string
  readonly timeoutMs: number
  readonly ctx: MethodContext
  /** Looks at the address that the popup came back to. `null`: not a callback of ours. */
  readonly read: (url: URL) => Callback<User> | null
}

/** Browsers have no event for a window that closes: it has to be looked at. */
const pollMs = 500

/**
 * Sends a popup to the provider, waits for the answer, and completes the login here.
 *
 * @throws AuthError `popup_closed`, `popup_timeout`, `superseded`, what was wrong with the answer, or what completing throws.
 */
export async function runPopupFlow<User>(login: PopupLogin<User>): Promise<Session<User>> {
  const { popup, ctx } = login
  if (!ctx.isWanted()) throw superseded()
  // Nobody but the person closes an empty window.
  if (popup.isClosed()) throw closed()
  const callback = await answerOf(login)
  if (callback.type === 'pending') return callback.complete(ctx)
  // Nobody else has its transaction, so nobody else can have spent it.
  throw 'error' in callback ? callback.error : superseded()
}

async function answerOf<User>({ popup, url, state, timeoutMs, ctx, read }: PopupLogin<User>): Promise<Callback<User>> {
  const releases: (() => void)[] = []
  try {
    return await new Promise((resolve, reject) => {
      const listen = (line: Line): void => {
        const unsubscribe = line.subscribe((message) => {
          const address = readAnswer(message, state)
          const callback = address === null ? null : read(address)
          // Anybody of this origin may talk on these lines: what is not the answer does not end the waiting.
          if (callback === null) return
          line.post(receivedMessage(state))
          resolve(callback)
        })
        releases.push(unsubscribe)
      }
      listen(popup)
      // For when the ties are cut. Where site data is blocked, a browser may refuse it.
      quietly(() => listen(popupsOf(ctx).channel(channelName(state))))
      releases.push(
        ctx.timer.after(timeoutMs, () => reject(new AuthError('popup_timeout', 'The sign-in in the popup took too long: offer to try again.'))),
        watchPopup(popup, ctx, reject),
      )
      popup.go(url)
    })
  } finally {
    for (const release of releases) release()
  }
}

/** Looks at a popup until the returned function is called, or until it is gone or no longer wanted. */
function watchPopup(popup: Popup, ctx: MethodContext, end: (error: AuthError) => void): () => void {
  let seenClosed = 0
  const look = (): void => {
    if (!ctx.isWanted()) return end(superseded())
    // A page in the popup that cut the ties reads as closed, too. Whoever closed it is back at this window, and stays.
    seenClosed = popup.isClosed() && popupsOf(ctx).isFocused() ? seenClosed + 1 : 0
    if (seenClosed === 2) return end(closed())
    cancel = ctx.timer.after(pollMs, look)
  }
  let cancel = ctx.timer.after(pollMs, look)
  const onAbort = (): void => end(toAuthError(ctx.signal.reason, 'aborted', 'The sign-in was aborted: nothing to do.'))
  ctx.signal.addEventListener('abort', onAbort)
  return () => {
    cancel()
    ctx.signal.removeEventListener('abort', onAbort)
  }
}

function closed(): AuthError {
  return new AuthError('popup_closed', 'The popup was closed before the sign-in was complete: offer to try again.')
}

function superseded(): AuthError {
  return new AuthError('superseded', 'Another login or a logout came after this one: nothing to do.')
}
