import type { Environment } from '../browser/environment.ts'
import type { WakeReason } from '../browser/wake.ts'
import type { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import type { Change } from './catchUp.ts'
import { createGate, type Gate } from './gate.ts'
import { createLookout, noLookout, type Lookout } from './lookout.ts'
import { createRecordStore } from './recordStore.ts'
import { createRefresher, type Refresher } from './refresh.ts'
import { noTokensStatus, refreshStatusAt, type RefreshStatus } from './refreshStatus.ts'
import { createSchedule, type Schedule } from './schedule.ts'
import { loadSiblings } from './loadSiblings.ts'
import type { TokenEvent } from './tokenEvent.ts'
import type { CheckedTokenManagerOptions } from './tokenManagerOptions.ts'
import { createVault, type Vault } from './vault.ts'

/** What a TokenManager is made of. */
export interface Parts<T extends TokenSet> {
  readonly vault: Vault<T>
  readonly gate: Gate
  readonly refresher: Refresher
  readonly schedule: Schedule
  readonly lookout: Lookout
  readonly status: () => RefreshStatus
}

/** What they ask of it. */
interface Host {
  readonly emit: (event: TokenEvent) => void
  /** Takes up what other tabs did. */
  readonly apply: (change: Change) => void
  readonly end: (error: AuthError) => void
  readonly dueInMs: () => number
  readonly onDue: () => void
}

export function assemble<T extends TokenSet>(options: CheckedTokenManagerOptions<T>, environment: Environment, host: Host): Parts<T> {
  const { storage, storageKey: key, accept, hasSiblings, shareAcrossTabs: sharesAcross, requestTimeoutMs: deadlineMs, onDiscard: discard } = options
  const { clock, timer, wake, crypto, network } = environment
  const { emit, dueInMs, onDue: run } = host

  const store = createRecordStore({ storage, key, timer, onError: (error) => emit({ type: 'storage_failed', error }) })
  const onDegraded = (error: AuthError): void => emit({ type: 'tabs_degraded', error })
  const atWake = (reason: WakeReason): readonly Vault<T>['join'][] => {
    if (sharesAcross && vault.circle() === null) return [vault.join]
    // Nothing that was said reached it in the back/forward cache, not even that somebody signed in.
    return sharesAcross && reason === 'restored' ? [vault.catchUp, vault.join] : [vault.catchUp]
  }
  const lookout = createLookout({ wake, atWake, apply: host.apply, onStop: () => vault.close() })
  const heard = { onNews: () => lookout.look(vault.catchUp), onInvited: () => lookout.look(vault.join) }
  const shared = { environment, name: key, accept, sharesAcross, onDegraded, ...heard }
  const vault: Vault<T> = createVault({ store, clock, accept, siblingsOf: hasSiblings ? (tab) => loadSiblings({ ...shared, ...tab }) : null })
  const gate = createGate(clock, crypto.fraction)
  const refresher = createRefresher({ ...options, ...host, clock, timer, vault, gate, deadlineMs, discard })
  const schedule = createSchedule({ timer, wake, dueInMs, run, onWake: gate.hurry })
  const status = (): RefreshStatus => {
    const held = vault.held()
    if (held === null) return noTokensStatus
    const due = options.canRefresh(held.tokens) ? dueInMs() : Infinity
    const [isRunning, isOnline, error] = [refresher.isRunning(), network.isOnline(), gate.lastError()]
    return refreshStatusAt(clock.now(), { lifetime: held.lifetime, isRunning, isOnline, dueInMs: due, error })
  }
  return { status, vault, gate, refresher, schedule, lookout: hasSiblings ? lookout : noLookout }
}
