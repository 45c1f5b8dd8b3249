import type { ReactNode } from 'react'
import type { ErrorWords } from '../words/errorWords.ts'
import { ProblemLine } from './ProblemLine.tsx'
import { useSignIn } from './useSignIn.ts'

interface ButtonSignInProps {
  readonly login: () => Promise<void>
  /** What the button does. */
  readonly about?: ReactNode
  /** Of the button. Default “Sign in”. */
  readonly name?: string
  readonly words?: ErrorWords
}

const aboutRedirect =
  'Takes you to the identity server, which asks who you are and what this app may do, and back here.'

/** For methods that need nothing typed here: a button is all of it. */
export function ButtonSignIn({ login, about = aboutRedirect, name = 'Sign in', words }: ButtonSignInProps): ReactNode {
  const { isPossible, isSignedIn, problem, signIn } = useSignIn(login, words)
  return (
    <div className="sign-in">
      <p className="sign-in-about">{isSignedIn ? 'Sign out first to sign in as somebody else.' : about}</p>
      <button type="button" className="primary" disabled={!isPossible} onClick={() => void signIn()}>
        {name}
      </button>
      <ProblemLine problem={problem} />
    </div>
  )
}
