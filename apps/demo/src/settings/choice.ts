/** One of the things that can be chosen. */
interface ChoiceOption<Value extends string = string> {
  /** In the address. */
  readonly value: Value
  readonly label: string
  /** What it means, in one line. */
  readonly hint: string
}

/** Something to choose on a page before signing in. */
export interface Choice<Value extends string = string> {
  readonly legend: string
  readonly options: readonly ChoiceOption<Value>[]
  readonly initial: Value
}

/** The choices of a page by the names that they have in its address. */
export type Choices = Readonly<Record<string, Choice>>

/** What is chosen. */
export type Settings<C extends Choices = Choices> = {
  readonly [Name in keyof C]: C[Name] extends Choice<infer Value> ? Value : never
}

/** Makes a choice; `initial` holds until somebody chooses. Default: the first option. */
export function choice<const Value extends string>(
  legend: string,
  options: readonly [ChoiceOption<Value>, ...ChoiceOption<Value>[]],
  initial: NoInfer<Value> = options[0].value,
): Choice<Value> {
  return { legend, options, initial }
}
