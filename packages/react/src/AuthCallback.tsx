import { AuthError, isAuthError, type CallbackResult } from '@tessera-auth/core'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useAuthContext } from './authContext.ts'
import type { AnyAuth } from './register.ts'

/** A callback that did not sign in, and the way on. */
export interface CallbackProblem {
  /** `true` when the person cancelled or refused consent: nothing is wrong then. */
  readonly isCancelled: boolean
  /** Why: decide by its `code`. Of the last attempt, once {@link retry} was called and failed. */
  readonly error: AuthError
  /** Where the person was going; `/` when that is not known. */
  readonly returnTo: string
  /**
   * Starts the login again, by the same method and to the same place. For a button: doing it unasked can go round in circles.
   * `null` when there was no login to repeat: offer a way to {@link returnTo}.
   */
  readonly retry: (() => void) | null
}

/** Properties of {@link AuthCallback}. */
export interface AuthCallbackProps {
  /** Called once when signed in: navigate to `returnTo`, replacing this page in the history. */
  readonly onDone: (result: { readonly returnTo: string }) => void
  /** Shown meanwhile. Default: a line of text. */
  readonly pending?: ReactNode
  /**
   * Renders what is shown when it did not work: a function, not a component, so it uses no hooks.
   * Default: what happened, and a button to try again, or a link back to the app.
   */
  readonly problem?: (problem: CallbackProblem) => ReactNode
  /** Shown when this window is a popup and the one that opened it has the answer. It closes by itself; this is for when it cannot. */
  readonly handedOver?: ReactNode
}

type Refusal = Extract<CallbackResult, { readonly error: AuthError }>

type Problem = Omit<Refusal, 'retry'> & { readonly retry: Refusal['retry'] | null }

type Result = Problem | Extract<CallbackResult, { readonly type: 'signed_in' | 'handed_over' }>

/** A callback that has nowhere to go. */
type End = CallbackProblem | 'handed_over'

/**
 * The page at the redirect URI: completes the login, once, however often React mounts it. Where there is nothing to
 * complete (a reload, a bookmark), it is done when somebody is signed in, and a problem otherwise. Leaves for the
 * provider only when asked to.
 *
 * @example
 * <AuthCallback onDone={({ returnTo }) => navigate(returnTo, { replace: true })} />
 *
 * @throws Error outside an `AuthProvider`.
 */
export function AuthCallback(props: AuthCallbackProps): ReactNode {
  const { onDone, pending = <Pending />, problem = showProblem, handedOver = <HandedOver /> } = props
  const auth: AnyAuth = useAuthContext().auth
  const [end, setEnd] = useState<End | null>(null)
  const latestOnDone = useRef(onDone)
  useEffect(() => {
    latestOnDone.current = onDone
  })

  useEffect(() => {
    let isOver = false
    const conclude = (result: Result | null): void => {
      if (isOver || result === null) return
      if (result.type === 'handed_over') return setEnd('handed_over')
      const { type, returnTo } = result
      if (type === 'signed_in') {
        isOver = true
        setEnd(null)
        return latestOnDone.current({ returnTo })
      }
      const { error, retry } = result
      setEnd({ isCancelled: type === 'cancelled', error, returnTo, retry: retry && (() => void tryAgain(auth, retry, returnTo).then(conclude)) })
    }
    void complete(auth).then(conclude)
    return () => {
      isOver = true
    }
  }, [auth])

  if (end === null) return pending
  return end === 'handed_over' ? handedOver : problem(end)
}

/** Gives nothing while the page is leaving. */
async function tryAgain({ store }: AnyAuth, retry: Refusal['retry'], returnTo: string): Promise<Result | null> {
  try {
    await retry()
  } catch (cause) {
    return { ...failed(returnTo, cause), retry }
  }
  const { status, pending } = store.getState()
  return status === 'authenticated' && pending === null ? { type: 'signed_in', returnTo } : null
}

/** Where there is nothing to complete, it counts who is signed in. */
async function complete(auth: AnyAuth): Promise<Result> {
  const result = await auth.handleCallback().catch((cause: unknown) => failed('/', cause))
  if (result.type !== 'signed_in' && result.type !== 'none') return result
  await auth.ready
  const { status, error } = auth.store.getState()
  const returnTo = result.type === 'none' ? '/' : result.returnTo
  if (status === 'authenticated') return { type: 'signed_in', returnTo }
  return failed(returnTo, (status === 'loading' ? error : null) ?? nothingToDo())
}

function failed(returnTo: string, cause: unknown): Problem {
  const error = isAuthError(cause) ? cause : new AuthError('authorization_failed', 'The sign-in failed: look at "cause".', { cause })
  return { type: 'failed', returnTo, error, retry: null }
}

function nothingToDo(): AuthError {
  return new AuthError('transaction_not_found', 'No sign-in is under way here: sign in again.')
}

function Pending(): ReactNode {
  return <p role="status">Signing in…</p>
}

function HandedOver(): ReactNode {
  return <p role="status">You can close this window.</p>
}

function showProblem({ isCancelled, returnTo, retry }: CallbackProblem): ReactNode {
  return (
    <div role="alert">
      <p>{isCancelled ? 'The sign-in was cancelled.' : 'The sign-in did not work.'}</p>
      {retry === null ? (
        <a href={returnTo}>Back to the app</a>
      ) : (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
