import { useState, type ReactNode, type SubmitEvent } from 'react'
import type { DeskItem } from '../desk/askDesk.ts'
import { DeskField } from '../desk/DeskField.tsx'
import type { Recipient } from '../desk/personChoice.ts'
import type { ErrorWords } from '../words/errorWords.ts'
import { ProblemLine } from './ProblemLine.tsx'
import { useSignIn } from './useSignIn.ts'

interface SecretSignInProps {
  /** Of the field. */
  readonly label: string
  readonly item: DeskItem
  readonly login: (secret: string) => Promise<void>
  /** For what is wrong with a secret of this kind. */
  readonly words: ErrorWords
  /** Who hands such a thing over in real life. */
  readonly hint: ReactNode
  /** Of the button. Default “Sign in”. */
  readonly name?: string
  /** Told for whom the desk handed something out. */
  readonly onHandedOut?: (email: Recipient) => void
  /** What went wrong with a secret that came another way. */
  readonly problemElsewhere?: string | null
  /** Another way to use the secret. */
  readonly renderAnother?: (secret: string) => ReactNode
}

/** A form with one secret that comes from elsewhere. It leaves the form as soon as it has served. */
export function SecretSignIn(props: SecretSignInProps): ReactNode {
  const { label, item, login, words, hint, name = 'Sign in', onHandedOut, problemElsewhere, renderAnother } = props
  const { isPossible, isSignedIn, problem, signIn } = useSignIn(login, words)
  const [secret, setSecret] = useState('')
  const [deskProblem, setDeskProblem] = useState<string | null>(null)

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    setDeskProblem(null)
    if (isPossible && (await signIn(secret))) setSecret('')
  }
  return (
    <form className="sign-in" onSubmit={(event) => void submit(event)}>
      <DeskField
        {...{ label, item, secret }}
        isDisabled={isSignedIn}
        onChange={setSecret}
        onHandedOut={(email) => onHandedOut?.(email)}
        onProblem={setDeskProblem}
      />
      <p className="hint">{hint}</p>
      <p className="button-row">
        <button type="submit" className="primary" disabled={!isPossible}>
          {name}
        </button>
        {renderAnother?.(secret)}
      </p>
      <ProblemLine problem={deskProblem ?? problem ?? problemElsewhere ?? null} />
    </form>
  )
}
