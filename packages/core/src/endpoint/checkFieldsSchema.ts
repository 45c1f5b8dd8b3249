import { configError } from '../checkOptions.ts'
import { membersOf } from '../ownMembers.ts'

/** @throws AuthError `invalid_config` unless `schema` is a Standard Schema, or absent. */
export function checkFieldsSchema(schema: unknown): void {
  if (schema === undefined) return
  // A schema may be a function, as arktype's are.
  const standard: unknown = typeof schema === 'function' || (typeof schema === 'object' && schema !== null) ? Reflect.get(schema, '~standard') : undefined
  if (typeof membersOf(standard)['validate'] !== 'function') throw configError('fields', 'expected a Standard Schema, such as z.object({ … }).')
}
