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
  readonly forget: () => void
}

interface LastActivityOptions {
  /** Of the login; `null` where that does not outlive the page. */
  readonly family: () => string | null
  /** In the storage: a page that is thrown away in its sleep is loaded anew when it is looked at, and that is nobody's doing. */
  readonly key: string
  readonly storage: PageStorage
  readonly clock: Clock
}

export function createLastActivity({ family, key, storage, clock: { now } }: LastActivityOptions): LastActivity {
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
    forget() {
      try {
        storage.removeItem(key)
      } catch {
        // It was never written either.
      }
    },
  }
}

function read(storage: PageStorage, key: string): string | null {
  try {
    return storage.getItem(key)
  } catch {
    return null
  }
}
