import type { TokenStorage } from '../browser/storage.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError } from '../errors.ts'

/** One entry of a storage that may be slow, full, blocked or broken: what fails is reported, and nothing throws. */
export interface RecordStore {
  readonly read: () => Promise<string | null>
  /** Whether a record must be there, unless somebody else removed it: it was written or found, and nothing has failed since. */
  readonly isKept: () => boolean
  /** One write at a time, each only if `isWanted` still holds when its turn comes. `encode` may throw: that is a failure too. */
  readonly write: (encode: () => string, isWanted: () => boolean) => Promise<void>
  /** At once where the storage is synchronous. */
  readonly remove: () => void
}

/** A storage that hangs must not hang the session. */
const deadlineMs = 3_000

interface RecordStoreOptions {
  readonly storage: TokenStorage
  readonly key: string
  readonly timer: Timer
  readonly onError: (error: AuthError) => void
}

export function createRecordStore({ storage, key, timer, onError }: RecordStoreOptions): RecordStore {
  let last: Promise<void> | null = null
  let isKept = false

  const bounded = async <R>(run: () => R | Promise<R>): Promise<R | null> => {
    try {
      return await withDeadline({ timer, deadlineMs }, async () => run())
    } catch (cause) {
      isKept = false
      onError(new AuthError('storage_failed', 'The storage failed: a reload may find other tokens, or none. Allow storage.', { cause }))
      return null
    }
  }
  /** In order, whatever a storage takes its time with; at once when it has nothing to do. */
  const inTurn = (run: () => void | Promise<void>): Promise<void> => {
    const start = async (): Promise<void> => run()
    const own: Promise<void> = (last === null ? start() : last.then(start, start)).finally(() => {
      if (last === own) last = null
    })
    last = own
    return own
  }

  return {
    async read() {
      const text = await bounded(() => storage.getItem(key))
      isKept ||= text !== null
      return text
    },
    isKept: () => isKept,
    async write(encode, isWanted) {
      const replace = async (): Promise<void> => {
        if (!isWanted()) return
        try {
          await storage.setItem(key, encode())
          isKept = true
        } catch (cause) {
          // What is still there is of somebody else, or spent: a reload must not find it.
          await storage.removeItem(key)
          throw cause
        }
      }
      await bounded(() => inTurn(replace))
    },
    remove() {
      void bounded(() =>
        inTurn(() => {
          isKept = false
          return storage.removeItem(key)
        }),
      )
    },
  }
}
