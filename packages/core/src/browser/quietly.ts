/** What something gives, or `null` where this browser does not let it: for what nothing rests on. */
export function quietly<R>(run: () => R): R | null {
  try {
    return run()
  } catch {
    return null
  }
}
