import type { Environment } from '../browser/environment.ts'
import { endingCodes, type AuthErrorCode } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import type { AuthState, SignedOutReason } from '../session/state.ts'
import type { ReadableStore } from './store.ts'

/** The last sign-out of somebody in this tab. Holds nothing about the person, and no secret. */
export interface LastSignOut {
  /** Why; never `never_signed_in`. */
  readonly reason: SignedOutReason
  /** Of the error that ended the session; `null` after a sign-out by the person. */
  readonly code: AuthErrorCode | null
  /** Epoch milliseconds. */
  readonly at: number
}

/** Remembers why and when somebody was signed out, across a reload and a journey to a provider. */
export interface SignOutMemory {
  readonly last: () => LastSignOut | null
  readonly note: (reason: SignedOutReason, code: AuthErrorCode | null) => void
}

interface SignOutMemoryOptions {
  /** Of the auth: the memory is kept under it. */
  readonly name: string
  readonly store: ReadableStore<AuthState>
  readonly environment: Pick<Environment, 'tabStorage' | 'clock'>
}

export function createSignOutMemory({ name, store, environment }: SignOutMemoryOptions): SignOutMemory {
  const { tabStorage, clock } = environment
  const key = `tessera:${name}:lastSignOut`
  /** `undefined`: not read yet. */
  let last: LastSignOut | null | undefined

  const keep = (next: LastSignOut | null): void => {
    last = next
    try {
      if (next === null) tabStorage.removeItem(key)
      else tabStorage.setItem(key, JSON.stringify(next))
    } catch {
      // Full or blocked: it lasts as long as the page.
    }
  }
  const note: SignOutMemory['note'] = (reason, code) => keep({ reason, code, at: clock.now().wallAt })

  store.subscribe((state, before) => {
    if (state.status === 'authenticated' && before.status !== 'authenticated') keep(null)
    if (state.status !== 'unauthenticated' || before.status === 'unauthenticated') return
    // While it is not known whether anybody is signed in, a logout may be of nobody.
    const isSomebody = before.status === 'authenticated' || state.reason !== 'user'
    if (isSomebody && state.reason !== 'never_signed_in') note(state.reason, state.error?.code ?? null)
  })
  return {
    note,
    last: () => (last === undefined ? (last = read(tabStorage, key)) : last),
  }
}

const reasons: readonly SignedOutReason[] = ['user', 'other_tab', 'refresh_rejected', 'revoked', 'key_lost', 'subject_changed', 'expired', 'idle', 'storage_cleared']

/** Of errors that end a session, be it because its storage was cleared. */
const codes: readonly AuthErrorCode[] = [...endingCodes, 'storage_failed']

/** What is kept, or `null`: no text in the storage makes it throw. */
function read(storage: Environment['tabStorage'], key: string): LastSignOut | null {
  try {
    const { reason, code, at } = membersOf(JSON.parse(storage.getItem(key) ?? 'null'))
    const known = reasons.find((each) => each === reason)
    if (known === undefined || typeof at !== 'number' || !Number.isSafeInteger(at)) return null
    return { reason: known, code: codes.find((each) => each === code) ?? null, at }
  } catch {
    return null
  }
}
