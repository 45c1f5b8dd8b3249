/**
 * A copy of an object's own members, without a prototype: neither a member called `__proto__` nor a polluted
 * `Object.prototype` can show through it.
 */
export function ownMembers<T extends object>(value: T): T {
  const copy = { ...value }
  Reflect.setPrototypeOf(copy, null)
  return copy
}
