import { useRef, type ReactNode, type SubmitEvent } from 'react'
import { passwordWords } from '../words/errorWords.ts'
import { ProblemLine } from './ProblemLine.tsx'
import { useSignIn } from './useSignIn.ts'

interface PasswordSignInProps {
  readonly login: (input: { readonly email: string; readonly password: string }) => Promise<void>
  /** Of the button. Default “Sign in”. */
  readonly name?: string
  /** Said under the fields besides who may do what. */
  readonly hint?: ReactNode
}

/** A form with a password, which leaves it as soon as it has served. */
export function PasswordSignIn({ login, name = 'Sign in', hint }: PasswordSignInProps): ReactNode {
  const { isPossible, isSignedIn, problem, signIn } = useSignIn(login, passwordWords)
  const email = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const [emailField, passwordField] = [email.current, password.current]
    if (!isPossible || emailField === null || passwordField === null) return
    const isSignedInNow = await signIn({ email: emailField.value, password: passwordField.value })
    if (isSignedInNow) passwordField.value = ''
    else passwordField.select()
  }

  return (
    <form className="sign-in" onSubmit={(event) => void submit(event)}>
      <fieldset className="fields" disabled={isSignedIn}>
        <legend className="visually-hidden">Your account</legend>
        <label className="field">
          Email
          <input
            ref={email}
            type="email"
            name="email"
            autoComplete="username"
            defaultValue="ada@example.com"
            required
          />
        </label>
        <label className="field">
          Password
          <input ref={password} type="password" name="password" autoComplete="current-password" required />
        </label>
      </fieldset>
      <p className="hint">
        Ada may read and write, <code>bob@example.com</code> may only read. Password of both:{' '}
        <code>correct-horse</code>. {hint}
      </p>
      <button type="submit" className="primary" disabled={!isPossible}>
        {name}
      </button>
      <ProblemLine problem={problem} />
    </form>
  )
}
