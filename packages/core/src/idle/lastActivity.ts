import type { Clock } from '../browser/clock.ts'
import type { PageStorage } from '../browser/storage.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'

/** When somebody last did something, in this tab or another. */
export interface LastActivity {
  /** Milliseconds since, by whichever clock says that more has passed. */
  readonly idleForMs: () => number
  /** Epoch milliseconds. */
  readonly at: () => number
  /** Whether it was in this tab. */
  readonly isOwn: () => boolean
  /** Notes that it is now. */
  readonly note: () => void
  /** Takes what another tab says, unless something later is known: gives whether it did. A time to come counts as now. */
  readonly hear: (at: number) => boolean
  /** Goes on from what this tab knew before a reload; from now if it knew nothing, or only of an earlier login. */
  readonly recall: () => void
}

interface LastActivityOptions {
  /** Of the login; `null` where that does not outlive the page. */
  readonly family: () => string | null
  /** Of the auth. */
  readonly name: string
  /** A page that is thrown away in its sleep is loaded anew when it is looked at, and that is nobody's doing. */
  readonly storage: PageStorage
  readonly clock: Clock
}

export function createLastActivity({ family, name, storage, clock: { now } }: LastActivityOptions): LastActivity {
  const key = keyOf(name)
  let last: Moment = { wallAt: -Infinity, elapsedMs: -Infinity }
  let isOwn = true

  const keep = (moment: Moment): void => {
    last = moment
    try {
      storage.setItem(key, [Math.floor(moment.wallAt), family()].join(' '))
    } catch {
      // Full or blocked: then a reload counts as something that somebody did.
    }
  }
  const idleForMs = (): number => elapsedSince(last, now())
  const note = (): void => {
    isOwn = true
    keep(now())
  }
  const hear = (at: number): boolean => {
    const { wallAt, elapsedMs } = now()
    const agoMs = Math.max(0, wallAt - at)
    if (agoMs >= idleForMs()) return false
    isOwn = false
    keep({ wallAt: wallAt - agoMs, elapsedMs: elapsedMs - agoMs })
    return true
  }

  return {
    idleForMs,
    at: () => last.wallAt,
    isOwn: () => isOwn,
    note,
    hear,
    recall() {
      const [, text, its = ''] = /^(\d+) ?(.*)$/.exec(read(storage, key) ?? '') ?? []
      const at = Number(text)
      if (!Number.isSafeInteger(at) || its !== (family() ?? '')) return note()
      last = { wallAt: -Infinity, elapsedMs: -Infinity }
      hear(at)
      isOwn = true
    },
  }
}

/** Nobody is signed in: whoever comes next begins anew. */
export function forgetActivity(name: string, storage: PageStorage): void {
  try {
    storage.removeItem(keyOf(name))
  } catch {
    // It was never written either.
  }
}

function keyOf(name: string): string {
  return `tessera:${name}:idle`
}

function read(storage: PageStorage, key: string): string | null {
  try {
    return storage.getItem(key)
  } catch {
    return null
  }
}
