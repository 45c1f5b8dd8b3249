/** Makes one value for each state: React asks for a snapshot many times, and would take a new object for a change. */
export function oncePerState<State extends object, Value>(make: (state: State) => Value): (state: State) => Value {
  const made = new WeakMap<State, { readonly value: Value }>()
  return (state) => {
    let entry = made.get(state)
    if (entry === undefined) made.set(state, (entry = { value: make(state) }))
    return entry.value
  }
}
