import { configError } from '../checkOptions.ts'
import { membersOf } from '../ownMembers.ts'

/** @throws AuthError `invalid_config` unless `lifetime` is a `TokenLifetime`, or absent. */
export function checkTokenLifetime(lifetime: unknown): void {
  const { expiresInMs } = membersOf(lifetime)
  const isNumber = typeof expiresInMs === 'number' && expiresInMs > 0 && Number.isFinite(expiresInMs)
  if (lifetime === undefined || lifetime === 'expires_in' || lifetime === 'jwt' || lifetime === 'permanent' || isNumber) return
  throw configError('lifetime', "expected 'expires_in', 'jwt', 'permanent' or { expiresInMs }.")
}
