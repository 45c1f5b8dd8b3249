import type { Choices, Settings } from './choice.ts'

/** The settings in a query such as `?lifetime=8&storage=memory`; what is not there, or is no option, comes from `otherwise`. */
export function parseSettings<C extends Choices>(query: URLSearchParams, choices: C, otherwise: Settings<C>): Settings<C> {
  const chosen = Object.entries(choices).map(([name, { options }]) => {
    const option = options.find(({ value }) => value === query.get(name))
    return [name, option?.value ?? otherwise[name]]
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Each value is an option of the choice of its name.
  return Object.fromEntries(chosen) as Settings<C>
}

/** What holds until somebody chooses. */
export function initialSettings<C extends Choices>(choices: C): Settings<C> {
  const initial = Object.entries(choices).map(([name, choice]) => [name, choice.initial])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Each value is an option of the choice of its name.
  return Object.fromEntries(initial) as Settings<C>
}

/** Writes settings into a query, leaving everything else in it alone. */
export function writeSettings(settings: Readonly<Record<string, string>>, query = new URLSearchParams()): URLSearchParams {
  const written = new URLSearchParams(query)
  for (const [name, value] of Object.entries(settings)) written.set(name, value)
  return written
}
