import type { PageStorage } from '@tessera-auth/core'
import type { Steps } from './steps.ts'
import type { Visit } from './visit.ts'

/** What a storage does: `full` takes nothing more, `blocked` throws at every write and shows nothing. */
export type StorageCondition = 'works' | 'full' | 'blocked'

/** The `sessionStorage` of a tab. */
export interface TabItems {
  /** What is in it: a test may read it, and put anything there. */
  readonly items: Map<string, string>
  condition: StorageCondition
}

/** The storage as a page has it. */
export function tabItemsOf(tab: TabItems, visit: Visit, steps: Steps): PageStorage {
  const { items } = tab
  const isReadable = (): boolean => tab.condition !== 'blocked'
  return {
    getItem: (key) => steps.take({ visit, name: 'storage.get', detail: key }, () => (isReadable() ? items.get(key) : undefined)) ?? null,
    setItem(key, value) {
      steps.take({ visit, name: 'storage.set', detail: key }, () => {
        if (tab.condition === 'full') throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
        if (tab.condition === 'blocked') throw new DOMException('The storage is blocked.', 'SecurityError')
        items.set(key, value)
      })
    },
    removeItem(key) {
      steps.take({ visit, name: 'storage.remove', detail: key }, () => {
        if (isReadable()) items.delete(key)
      })
    },
    keys: () => (isReadable() ? [...items.keys()] : []),
  }
}
