/**
 * Hands an error of the app's own listener to the browser's error reporting, so that it is seen and nothing else
 * fails.
 */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error)
  // oxlint-disable-next-line no-console -- the only place left to be seen where there is no error reporting, as in Node
  else console.error(error)
}
