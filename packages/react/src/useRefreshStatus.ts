import type { RefreshStatus } from '@tessera-auth/core'
import { useStore } from 'zustand'
import { useAuthContext } from './authContext.ts'

/**
 * How keeping the tokens fresh is going. Renders at each refresh: for a status line, not for the app around it.
 *
 * @throws Error outside an `AuthProvider`.
 */
export function useRefreshStatus(): RefreshStatus {
  return useStore(useAuthContext().auth.refreshStore)
}
