/** Parameters of a request; one with several values is repeated, one that is undefined is left out. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>

/** Parameters as a form has them. */
export function toForm(parameters: Parameters): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value = []] of Object.entries(parameters)) for (const each of [value].flat()) form.append(name, each)
  return form
}
