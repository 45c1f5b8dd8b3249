/** Logins and logouts, of which the last one wins. */
export interface Intents {
  /** Notes a new intent; gives a function that tells whether it is still the latest. */
  readonly next: () => () => boolean
}

export function createIntents(): Intents {
  let latest = 0
  return {
    next() {
      const own = ++latest
      return () => own === latest
    },
  }
}
