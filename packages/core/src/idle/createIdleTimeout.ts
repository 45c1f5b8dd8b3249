import { createStore, type ReadableStore } from '../auth/store.ts'
import { environment as realEnvironment } from '../browser/environment.ts'
import { checkAuth } from '../checkOptions.ts'
import type { AuthState } from '../session/state.ts'
import { checkIdleOptions, type IdleOptions } from './idleOptions.ts'
import { calm, type IdleState } from './countdown.ts'
import { forgetActivity } from './lastActivity.ts'
import { watchSession, type IdleAuth, type IdleEnvironment, type SessionWatch } from './watchSession.ts'

export type { IdleOptions } from './idleOptions.ts'
export type { Activity } from '../browser/activity.ts'
export type { IdleState } from './countdown.ts'
export type { IdleAuth, IdleEnvironment } from './watchSession.ts'

/** Signs out when nobody did anything for too long. */
export interface IdleTimeout {
  readonly store: ReadableStore<IdleState>
  /** Goes on: the same as doing something in the page. Does nothing once the time is over. */
  readonly stay: () => void
  /** Watches until the returned function is called; calls count. */
  readonly start: () => () => void
}

/**
 * Signs out when nobody did anything in any tab of the app for `idleMs`. Touches nothing before `start()`.
 *
 * @example
 * const idle = createIdleTimeout(auth, { idleMs: 15 * 60_000 })
 * idle.start()
 * idle.store.subscribe(({ isWarning }) => showWarning(isWarning))
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function createIdleTimeout(auth: IdleAuth, options: IdleOptions, environment: IdleEnvironment = realEnvironment): IdleTimeout {
  checkAuth(auth, 'createIdleTimeout')
  const { idleMs, warnMs } = checkIdleOptions(options)
  const { store, dispatch } = createStore<IdleState, IdleState>(calm, (state, next) => (state.remainingMs === next.remainingMs && state.endsAt === next.endsAt ? state : next))
  let starts = 0
  let watch: SessionWatch | null = null
  let family: string | undefined

  const update = (state: AuthState, before: AuthState): void => {
    const known = family
    family = auth.tokens.current?.tokens.family
    const isLogin = before.status === 'unauthenticated' || (before.pending !== null && state.pending === null && state.error === null)
    if (starts === 0 || state.status !== 'authenticated' || !environment.page.isBrowser()) {
      watch?.stop()
      watch = null
      // Also where nobody was watched: in a page of nobody, after a sign-out and before a login that took place elsewhere.
      if (state.status === 'unauthenticated') forgetActivity(auth.name, environment.tabStorage)
    } else if (watch === null) watch = watchSession({ auth, environment, idleMs, warnMs, show: dispatch, isLogin })
    else if (isLogin && family !== known) watch.onLogin()
    // The back button at a provider looks the same, and brings back nobody whose time is over.
    else if (isLogin) watch.onActivity()
  }
  const updateNow = (): void => update(auth.store.getState(), auth.store.getState())
  let unsubscribe: (() => void) | null = null

  return {
    store,
    stay: () => watch?.onActivity(),
    start() {
      if (starts++ === 0) unsubscribe = auth.store.subscribe(update)
      updateNow()
      let isStarted = true
      return () => {
        if (!isStarted) return
        isStarted = false
        if (--starts > 0) return
        unsubscribe?.()
        updateNow()
      }
    },
  }
}
