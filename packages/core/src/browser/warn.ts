/** Tells developers of something that they should know and that no code can mend. */
export function warn(text: string): void {
  // oxlint-disable-next-line no-console -- where developers look
  console.warn(`Tessera: ${text}`)
}
