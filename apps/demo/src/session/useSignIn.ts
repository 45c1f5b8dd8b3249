import { useAuth } from '@tessera-auth/react'
import { useState } from 'react'
import { errorWords } from '../words/errorWords.ts'

/** Signing in from a form or a button. */
export interface SignIn<Input extends readonly unknown[]> {
  /** Nobody is signed in, and no sign-in is under way. */
  readonly isPossible: boolean
  readonly isSignedIn: boolean
  /** Why the last attempt failed, in words. */
  readonly problem: string | null
  /** Tells whether it worked. */
  readonly signIn: (...input: Input) => Promise<boolean>
}

/** The state of signing in by `login`. */
export function useSignIn<Input extends readonly unknown[]>(
  login: (...input: Input) => Promise<void>,
): SignIn<Input> {
  const isPossible = useAuth(({ status, pending }) => status === 'unauthenticated' && pending === null)
  const isSignedIn = useAuth(({ status }) => status === 'authenticated')
  const [problem, setProblem] = useState<string | null>(null)

  const signIn = async (...input: Input): Promise<boolean> => {
    setProblem(null)
    try {
      await login(...input)
      return true
    } catch (error) {
      setProblem(errorWords(error))
      return false
    }
  }
  return { isPossible, isSignedIn, problem, signIn }
}
