import { useRef, type ReactNode, type SubmitEvent } from 'react'
import { ProblemLine } from './ProblemLine.tsx'
import { useSignIn } from './useSignIn.ts'

interface PasswordSignInProps {
  readonly login: (input: { readonly email: string; readonly password: string }) => Promise<void>
}

/** The form of the password method. The password leaves the form as soon as it has served. */
export function PasswordSignIn({ login }: PasswordSignInProps): ReactNode {
  const { isPossible, isSignedIn, problem, signIn } = useSignIn(login)
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
        Ada may read and write, <code>bob@example.com</code> may only read. Password of both: <code>correct-horse</code>
      </p>
      <button type="submit" className="primary" disabled={!isPossible}>
        Sign in
      </button>
      <ProblemLine problem={problem} />
    </form>
  )
}
