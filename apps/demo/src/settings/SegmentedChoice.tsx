import { useId, type ReactNode } from 'react'
import { OneOf } from '../shell/OneOf.tsx'
import type { Choice } from './choice.ts'

interface SegmentedChoiceProps<Value extends string> {
  readonly name: string
  readonly choice: Choice<Value>
  readonly chosen: Value
  readonly isDisabled: boolean
  readonly onChoose: (value: Value) => void
}

/** A radio group that looks like one bar of buttons. */
export function SegmentedChoice<Value extends string>(props: SegmentedChoiceProps<Value>): ReactNode {
  const { name, choice, chosen, isDisabled, onChoose } = props
  const { legend, options } = choice
  const hintId = useId()
  return (
    <fieldset className="choice" disabled={isDisabled} aria-describedby={hintId}>
      <legend>{legend}</legend>
      <div className="segments">
        {options.map(({ value, label }) => (
          <label key={value} className="segment">
            <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <p id={hintId} className="hint">
        <OneOf texts={options.map(({ hint }) => hint)} shown={options.find(({ value }) => value === chosen)?.hint ?? ''} />
      </p>
    </fieldset>
  )
}
