import type { AuthedFetch } from '@tessera-auth/core'
import { useAuthContext } from './authContext.ts'

/** `fetch` with the credentials of whoever is signed in: the same function at every render, so it may be a dependency of effects. */
export function useAuthedFetch(): AuthedFetch {
  return useAuthContext().auth.fetch
}
