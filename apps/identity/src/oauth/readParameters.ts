/** The parameters of an OAuth request. */
export interface RequestParameters {
  readonly values: ReadonlyMap<string, string>
  /** Names that came more than once, which none may. They have no value. */
  readonly repeated: ReadonlySet<string>
}

/** Reads the parameters of a request; one without a value counts as left out (RFC 6749 §3.1 and §3.2). */
export function readParameters(source: URLSearchParams): RequestParameters {
  const values = new Map<string, string>()
  const repeated = new Set<string>()
  for (const name of new Set(source.keys())) {
    const [value = '', ...more] = source.getAll(name)
    if (more.length > 0) repeated.add(name)
    else if (value !== '') values.set(name, value)
  }
  return { values, repeated }
}
