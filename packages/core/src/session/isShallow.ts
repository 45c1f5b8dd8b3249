/**
 * Deepest nesting that is accepted from outside: what recurses over more (`JSON.stringify`, a renderer) may run out of
 * stack.
 */
const maxDepth = 32

/** Whether plain data has at most 32 levels. Looks no deeper than that itself. */
export function isShallow(value: unknown, depth: number = maxDepth): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    (depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1)))
  )
}
