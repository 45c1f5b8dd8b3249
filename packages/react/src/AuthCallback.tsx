import { AuthError, isAuthError, type CallbackOutcome } from '@tessera-auth/core'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useAuthContext } from './authContext.ts'
import type { AnyAuth } from './register.ts'

/** A callback that did not sign in, and the way on. */
export interface CallbackProblem {
  /** `true` when the person cancelled or refused consent: nothing is wrong then. */
  readonly isCancelled: boolean
  /** Why: decide by its `code`. Of the last attempt, once {@link retry} was called and failed. */
  readonly error: AuthError
  /** Where the person was going. */
  readonly returnTo: string
  /** Starts the login again, to the same place. For a button: doing it unasked can go round in circles. */
  readonly retry: () => void
}

/** Properties of {@link AuthCallback}. */
export interface AuthCallbackProps {
  /** Called once when signed in: navigate to `returnTo`, replacing this page in the history. */
  readonly onDone: (result: { readonly returnTo: string }) => void
  /** Shown meanwhile. Default: a line of text. */
  readonly pending?: ReactNode
  /**
   * Renders what is shown when it did not work: a function, not a component, so it uses no hooks.
   * Default: what happened, and a button to try again.
   */
  readonly problem?: (problem: CallbackProblem) => ReactNode
}

type Refusal = Extract<CallbackOutcome, { readonly error: AuthError }>

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
export function AuthCallback({ onDone, pending = <Pending />, problem = showProblem }: AuthCallbackProps): ReactNode {
  const auth: AnyAuth = useAuthContext().auth
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const latestOnDone = useRef(onDone)
  useEffect(() => {
    latestOnDone.current = onDone
  })

  useEffect(() => {
    let isMounted = true
    const handle = async (): Promise<void> => {
      const outcome = await auth.handleCallback().catch((cause: unknown) => failed('/', cause))
      await auth.ready
      if (!isMounted) return
      const returnTo = outcome.type === 'none' ? '/' : outcome.returnTo
      if ('error' in outcome) setRefusal(outcome)
      else if (auth.store.getState().status === 'authenticated') latestOnDone.current({ returnTo })
      else setRefusal(failed(returnTo, nothingToDo()))
    }
    void handle()
    return () => {
      isMounted = false
    }
  }, [auth])

  if (refusal === null) return pending
  const { type, returnTo, error } = refusal
  const retry = (): void => void auth.login({ returnTo }).catch((cause: unknown) => setRefusal(failed(returnTo, cause)))
  return problem({ isCancelled: type === 'cancelled', error, returnTo, retry })
}

function failed(returnTo: string, cause: unknown): Refusal {
  const error = isAuthError(cause) ? cause : new AuthError('authorization_failed', 'The sign-in failed.', { cause })
  return { type: 'failed', returnTo, error }
}

function nothingToDo(): AuthError {
  return new AuthError('transaction_not_found', 'No sign-in is under way here: sign in again.')
}

function Pending(): ReactNode {
  return <p role="status">Signing in…</p>
}

function showProblem({ isCancelled, retry }: CallbackProblem): ReactNode {
  return (
    <div role="alert">
      <p>{isCancelled ? 'The sign-in was cancelled.' : 'The sign-in did not work.'}</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}
