import { inspect } from 'node:util'

/** Every secret of these tests has this in it; a JWT begins as all of them do. */
const marks = ['canary', 'eyJhbGciOi']

/** The first secret that shows in values however they are printed, with what is around it; `null` without one. */
export function leakIn(values: readonly unknown[], secrets: readonly string[] = []): string | null {
  for (const text of values.flatMap(textsOf)) {
    const mark = [...marks, ...secrets].find((each) => text.includes(each))
    if (mark !== undefined) return text.slice(Math.max(0, text.indexOf(mark) - 60), text.indexOf(mark) + 60)
  }
  return null
}

function textsOf(value: unknown): string[] {
  const stack = value instanceof Error ? String(value.stack) : ''
  return [typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), stack, inspect(value, { depth: 12, showHidden: true, maxStringLength: null })]
}
