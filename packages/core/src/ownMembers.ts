/**
 * A copy of an object's own members, without a prototype: neither a member called `__proto__` nor a polluted
 * `Object.prototype` can show through it.
 */
export function ownMembers<T extends object>(value: T): T {
  const copy = { ...value }
  Reflect.setPrototypeOf(copy, null)
  return copy
}

/** What a value has of its own if it is an object, and nothing if it is none. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return ownMembers({ ...(typeof value === 'object' && value) })
}
