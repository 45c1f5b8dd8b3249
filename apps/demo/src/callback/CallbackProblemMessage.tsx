import type { AuthError } from '@tessera-auth/core'
import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { ProblemLine } from '../session/ProblemLine.tsx'
import { useSignIn } from '../session/useSignIn.ts'
import { PageTitle } from '../shell/PageTitle.tsx'
import { errorWords } from '../words/errorWords.ts'

interface CallbackProblemMessageProps {
  readonly isCancelled: boolean
  readonly error: AuthError
  /** Address of the page that the person came from. */
  readonly back: string
  readonly onRetry: () => Promise<void>
}

/** A sign-in that did not come about, and the ways on. */
export function CallbackProblemMessage({ isCancelled, error, back, onRetry }: CallbackProblemMessageProps): ReactNode {
  const isUnderWay = useAuth(({ pending }) => pending !== null)
  const { problem, signIn } = useSignIn(onRetry)
  return (
    <>
      <PageTitle title={isCancelled ? 'Sign-in cancelled' : 'That did not work'} />
      <div role="alert" className="lead">
        {isCancelled ? (
          <p>You cancelled the sign-in. Nothing was changed, and this app was told nothing about you.</p>
        ) : (
          <p>{errorWords(error)} Try again; nothing was changed.</p>
        )}
      </div>
      {!isCancelled && (
        <p className="hint">
          For developers: <code>{error.code}</code>
        </p>
      )}
      <p className="button-row">
        <button type="button" className="primary" disabled={isUnderWay} onClick={() => void signIn()}>
          Try again
        </button>
        <Link className="button quiet" to={back}>
          Back without signing in
        </Link>
      </p>
      <ProblemLine problem={problem} />
    </>
  )
}
