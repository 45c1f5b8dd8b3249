import type { PasswordOptions } from '@tessera-auth/core/password'
import { identityOrigin } from '../identityOrigin.ts'

/** The identity server's own login endpoint, with tokens that live so many seconds. */
export function passwordDoor(lifetime: string): PasswordOptions {
  return {
    loginUrl: `${identityOrigin}/v1/auth/login?lifetime=${lifetime}`,
    refreshUrl: `${identityOrigin}/v1/auth/refresh`,
    logoutUrl: `${identityOrigin}/v1/auth/logout`,
  }
}
