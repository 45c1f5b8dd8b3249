import { AuthError, type CallbackOutcome } from '@tessera-auth/core'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useAuthContext } from './authContext.ts'

/** A callback that did not sign in, and the way on. */
export interface CallbackProblem {
  /** `true` when the person cancelled or refused consent: nothing is wrong then. */
  readonly isCancelled: boolean
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
  /** Shown when it did not work. Default: what happened, and a button to try again. */
  readonly problem?: (problem: CallbackProblem) => ReactNode
}

/**
 * The page at the redirect URI: completes the login, once, however often React mounts it.
 *
 * @example
 * <Route path="/callback" element={<AuthCallback onDone={({ returnTo }) => navigate(returnTo, { replace: true })} />} />
 */
export function AuthCallback({ onDone, pending = <Pending />, problem = showProblem }: AuthCallbackProps): ReactNode {
  const { auth } = useAuthContext()
  const [outcome, setOutcome] = useState<Exclude<CallbackOutcome, { type: 'signed_in' | 'none' }> | null>(null)
  const latestOnDone = useRef(onDone)
  useEffect(() => {
    latestOnDone.current = onDone
  })

  useEffect(() => {
    let isMounted = true
    const handle = async (): Promise<void> => {
      const result = await auth.handleCallback()
      const { status } = await auth.ready
      if (!isMounted) return
      if (result.type === 'signed_in') latestOnDone.current({ returnTo: result.returnTo })
      else if (result.type !== 'none') setOutcome(result)
      // Reloaded after it was done: the address holds no answer any more.
      else if (status === 'authenticated') latestOnDone.current({ returnTo: '/' })
      else setOutcome({ type: 'failed', returnTo: '/', error: nothingToDo() })
    }
    void handle()
    return () => {
      isMounted = false
    }
  }, [auth])

  if (outcome === null) return pending
  const { returnTo, error } = outcome
  // A retry that fails shows in `useAuth().error`.
  const retry = (): void => void auth.login({ returnTo }).catch(() => {})
  return problem({ isCancelled: outcome.type === 'cancelled', error, returnTo, retry })
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
