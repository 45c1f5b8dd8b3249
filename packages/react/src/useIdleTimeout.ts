import { createIdleTimeout, type IdleOptions } from '@tessera-auth/core/idle'
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { useAuthContext } from './authContext.ts'

/** What `useIdleTimeout()` gives. */
export interface IdleView {
  /** Whether the session is about to end because nobody does anything. */
  readonly isWarning: boolean
  /** How long until it ends, in whole seconds, as milliseconds; `0`: the time is over, so show nothing of the person. `null` without a warning. */
  readonly remainingMs: number | null
  /** Goes on: the same as doing something in the page. The same function while the options are the same. */
  readonly stay: () => void
}

/**
 * Signs out when nobody did anything in any tab of the app for `idleMs`, while mounted. Renders nothing before the warning, and once a
 * second from then on.
 *
 * @example
 * const { isWarning, remainingMs, stay } = useIdleTimeout({ idleMs: 15 * 60_000 })
 *
 * @throws AuthError `invalid_config`, naming the option. Error outside an `AuthProvider`.
 */
export function useIdleTimeout({ idleMs, warnMs }: IdleOptions): IdleView {
  const { auth } = useAuthContext()
  const { store, stay, start } = useMemo(() => createIdleTimeout(auth, { idleMs, warnMs }), [auth, idleMs, warnMs])
  useEffect(start, [start])
  const { isWarning, remainingMs } = useStore(store)
  return { isWarning, remainingMs, stay }
}
