/** Logins and logouts, of which the last one wins. */
export interface Intents {
  /** Notes a new intent; gives a function that tells whether it is still the latest. */
  readonly next: () => () => boolean
  /** The same for the intent of the moment, without a new one. */
  readonly mark: () => () => boolean
}

export function createIntents(): Intents {
  let latest = 0
  const mark = (): (() => boolean) => {
    const own = latest
    return () => own === latest
  }
  return {
    mark,
    next() {
      latest++
      return mark()
    },
  }
}
