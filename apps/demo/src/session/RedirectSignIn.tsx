import type { ReactNode } from 'react'
import { ProblemLine } from './ProblemLine.tsx'
import { useSignIn } from './useSignIn.ts'

/** For methods that sign in on the identity server's own page: a button is all they need here. */
export function RedirectSignIn({ login }: { readonly login: () => Promise<void> }): ReactNode {
  const { isPossible, isSignedIn, problem, signIn } = useSignIn(login)
  return (
    <div className="sign-in">
      <p className="sign-in-about">
        {isSignedIn
          ? 'Sign out first to sign in as somebody else.'
          : 'Takes you to the identity server, which asks who you are and what this app may do, and back here.'}
      </p>
      <button type="button" className="primary" disabled={!isPossible} onClick={() => void signIn()}>
        Sign in
      </button>
      <ProblemLine problem={problem} />
    </div>
  )
}
