/** Everything readable in a value, as one text: also what is in its bytes. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value, (_, member: unknown) => (member instanceof Uint8Array ? String.fromCharCode(...member) : member)) ?? ''
}
