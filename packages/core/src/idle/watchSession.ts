import type { AuthCore } from '../auth/auth.ts'
import { pageActivity, type Activity } from '../browser/activity.ts'
import type { Environment } from '../browser/environment.ts'
import type { WakeReason } from '../browser/wake.ts'
import { elapsedSince } from '../session/lifetime.ts'
import { createCountdown, type CountdownOptions } from './countdown.ts'
import { joinIdleLine } from './idleLine.ts'
import { createLastActivity } from './lastActivity.ts'

/** The part of an auth that this needs. */
export interface IdleAuth extends Pick<AuthCore<unknown>, 'name' | 'store' | 'logout'> {
  readonly tokens: Pick<AuthCore<unknown>['tokens'], 'guard'> & { readonly current: { readonly tokens: { readonly family: string; readonly accessToken: string | null } } | null }
}

/** The part of an environment that this needs. */
export interface IdleEnvironment extends Pick<Environment, 'clock' | 'timer' | 'wake' | 'page' | 'tabStorage' | 'channels'> {
  /** Default: the real page. */
  readonly activity?: Activity | undefined
}

/** Watches one session. */
export interface SessionWatch {
  readonly onActivity: () => void
  readonly onLogin: () => void
  readonly stop: () => void
}

interface WatchOptions extends Pick<CountdownOptions, 'idleMs' | 'warnMs' | 'show'> {
  readonly auth: IdleAuth
  readonly environment: IdleEnvironment
  /** Whether somebody has just signed in; else the page may have been loaded anew. */
  readonly isLogin: boolean
}

/** Two things done within it are one. */
const noteEveryMs = 1_000

export function watchSession({ auth, environment, isLogin, ...options }: WatchOptions): SessionWatch {
  const { clock, wake, tabStorage: storage, channels, activity = pageActivity } = environment
  const family = (): string | undefined => auth.tokens.current?.tokens.family
  const last = createLastActivity({ family: () => keptFamily(auth), name: auth.name, storage, clock })
  let askedAt = clock.now()

  const end = (): void => {
    line.sayOver(family())
    void auth.logout({ reason: 'idle' })
  }
  const ask = (): void => {
    askedAt = clock.now()
    line.say(last.at(), true)
  }
  const note = (): void => {
    last.note()
    line.say(last.at(), false)
    look()
  }
  const onActivity = (): void => {
    // What comes too late brings nobody back: it may be somebody else.
    if (isOver()) look()
    else if (last.idleForMs() >= noteEveryMs) note()
  }
  const onWake = (reason: WakeReason): void => {
    // The line may have been down in the back/forward cache, and what was asked in that moment lost.
    if (reason === 'restored' || elapsedSince(askedAt, clock.now()) >= noteEveryMs) ask()
    onSlept()
  }
  const hear = (at: number, isAsking: boolean): void => {
    const isNews = last.hear(at)
    if (isAsking && last.at() > at) line.say(last.at(), false)
    if (isNews) look()
  }
  const hearOver = (its: unknown): void => {
    // Of the same login: its end is heard of by itself, and the server is told once.
    if (isOver() && its !== family()) end()
  }

  if (isLogin) last.note()
  else last.recall()
  // Before the wakes: at a return from the back/forward cache it has to be up again when they ask.
  const line = joinIdleLine({ name: auth.name, channels, hear, hearOver })
  const { look, onSlept, isOver, stop } = createCountdown({ ...environment, ...options, tokens: auth.tokens, last, ask, end })
  const releases = [activity.subscribe(onActivity), wake.subscribe(onWake), line.leave, stop]
  ask()
  look()
  return {
    onActivity,
    onLogin: note,
    stop() {
      for (const release of releases) release()
    },
  }
}

/** A session that the browser keeps is of another family in each page. */
function keptFamily({ tokens: { current } }: IdleAuth): string | null {
  return current === null || current.tokens.accessToken === null ? null : current.tokens.family
}
