import { useAuth } from '@tessera-auth/react'
import { useState } from 'react'
import { errorWords, type ErrorWords } from '../words/errorWords.ts'

/** Signing in from a form or a button. */
export interface SignIn<Input extends readonly unknown[]> {
  /** Nobody is signed in, as far as is known, and no sign-in is under way. */
  readonly isPossible: boolean
  readonly isSignedIn: boolean
  /** Why the last attempt failed, in words. */
  readonly problem: string | null
  /** Tells whether it worked. */
  readonly signIn: (...input: Input) => Promise<boolean>
}

/** The state of signing in by `login`, with words of its own for some errors. */
export function useSignIn<Input extends readonly unknown[]>(
  login: (...input: Input) => Promise<void>,
  words?: ErrorWords,
): SignIn<Input> {
  const isPossible = useAuth(({ status, pending, error }) => {
    // A server that could not say who is signed in may still let somebody sign in.
    const isKnown = status === 'unauthenticated' || (status === 'loading' && error !== null)
    return isKnown && pending === null
  })
  const isSignedIn = useAuth(({ status }) => status === 'authenticated')
  const [problem, setProblem] = useState<string | null>(null)

  const signIn = async (...input: Input): Promise<boolean> => {
    setProblem(null)
    try {
      await login(...input)
      return true
    } catch (error) {
      setProblem(errorWords(error, words))
      return false
    }
  }
  return { isPossible, isSignedIn, problem, signIn }
}
