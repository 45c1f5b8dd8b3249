import type { LedgerView } from './ledgerView.ts'

/** Every token and password of the model has this in it; a JWT begins as all of them do. */
const marks = ['canary', 'eyJhbGciOi']

/** INV-7 INV-22: whether a text that anybody may see has a token, a password or a key in it. */
export function isSecret(text: string, { keys }: LedgerView): boolean {
  return marks.some((mark) => text.includes(mark)) || [...keys].some((key) => text.includes(key))
}

/** All that an output shows, with errors and what caused them. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (member instanceof Error ? [String(member), Object.entries(member), member.cause, member.stack] : member)) ?? ''
}
