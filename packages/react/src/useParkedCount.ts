import type { ReadableStore } from '@tessera-auth/core'
import { useStore } from 'zustand'
import { useAuthContext } from './authContext.ts'
import type { RegisteredAuth } from './register.ts'

const none: ReadableStore<number> = { getState: () => 0, getInitialState: () => 0, subscribe: () => () => {} }

/**
 * How many requests wait for the person to sign in again, for a dialog that says so; 0 for an auth without `parkRequests`.
 *
 * @throws Error outside an `AuthProvider`.
 */
export function useParkedCount(): number {
  const { parkedStore = none }: RegisteredAuth & { readonly parkedStore?: ReadableStore<number> } = useAuthContext().auth
  return useStore(parkedStore)
}
