import { useState, type ReactNode } from 'react'
import { SegmentedChoice } from '../settings/SegmentedChoice.tsx'
import { errorWords } from '../words/errorWords.ts'
import { askDesk, type DeskItem } from './askDesk.ts'
import { personChoice, type Recipient } from './personChoice.ts'

interface DeskFieldProps {
  readonly label: string
  readonly item: DeskItem
  readonly secret: string
  readonly isDisabled: boolean
  readonly onChange: (secret: string) => void
  readonly onHandedOut: (email: Recipient) => void
  /** Told in words why the desk gave nothing, and `null` at the next attempt. */
  readonly onProblem: (problem: string | null) => void
}

/** A field for a secret, and a button that has the desk fill it in, for one person or the other. */
export function DeskField({ label, item, secret, isDisabled, onChange, onHandedOut, onProblem }: DeskFieldProps): ReactNode {
  const [person, setPerson] = useState(personChoice.initial)

  const fetchOne = async (): Promise<void> => {
    onProblem(null)
    try {
      onChange(await askDesk(item, person))
      onHandedOut(person)
    } catch (error) {
      onProblem(errorWords(error))
    }
  }
  return (
    <>
      <SegmentedChoice name="person" choice={personChoice} chosen={person} isDisabled={isDisabled} onChoose={setPerson} />
      <fieldset className="fields" disabled={isDisabled}>
        <legend className="visually-hidden">{label}</legend>
        <div className="field-row">
          <label className="field">
            {label}
            <input
              type="password"
              autoComplete="off"
              spellCheck={false}
              value={secret}
              onChange={({ target }) => onChange(target.value)}
              required
            />
          </label>
          <button type="button" onClick={() => void fetchOne()}>
            Get one
          </button>
        </div>
      </fieldset>
    </>
  )
}
