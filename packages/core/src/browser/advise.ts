/**
 * Tells developers what to do, as {@link warn} tells them what has happened. Apart from it: a module that two lazy chunks have in common
 * would be a third one, and loading it a request more for tabs.
 */
export function advise(text: string): void {
  // oxlint-disable-next-line no-console -- where developers look
  console.warn(`Tessera: ${text}`)
}
