import type { AuthedFetch } from '@tessera-auth/core'
import { useAuthContext } from './authContext.ts'

/**
 * `fetch` with the credentials of whoever is signed in: `auth.fetch`. It is the same function at every render, through
 * logins, refreshes and sign-outs, so it may be a dependency of effects.
 *
 * @throws Error outside an `AuthProvider`.
 */
export function useAuthedFetch(): AuthedFetch {
  return useAuthContext().auth.fetch
}
