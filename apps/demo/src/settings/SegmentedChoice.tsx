import { useId, type ReactNode } from 'react'

interface SegmentedChoiceProps<Value extends string | number> {
  readonly name: string
  readonly legend: string
  readonly choices: readonly { readonly value: Value; readonly label: string }[]
  readonly chosen: Value
  /** What the chosen one means, in one line. */
  readonly hint: string
  readonly isDisabled: boolean
  readonly onChoose: (value: Value) => void
}

/** A radio group that looks like one bar of buttons. */
export function SegmentedChoice<Value extends string | number>(props: SegmentedChoiceProps<Value>): ReactNode {
  const { name, legend, choices, chosen, hint, isDisabled, onChoose } = props
  const hintId = useId()
  return (
    <fieldset className="choice" disabled={isDisabled} aria-describedby={hintId}>
      <legend>{legend}</legend>
      <div className="segments">
        {choices.map(({ value, label }) => (
          <label key={value} className="segment">
            <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <p id={hintId} className="hint">
        {hint}
      </p>
    </fieldset>
  )
}
