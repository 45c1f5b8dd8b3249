/**
 * Where tokens are kept: the shape of `sessionStorage`, and of React Native's AsyncStorage.
 * Each member may answer at once or by a promise.
 */
export interface TokenStorage {
  readonly getItem: (key: string) => string | null | Promise<string | null>
  readonly setItem: (key: string, value: string) => void | Promise<void>
  readonly removeItem: (key: string) => void | Promise<void>
}

/** A storage that answers at once and can list its keys. */
export interface PageStorage extends TokenStorage {
  readonly getItem: (key: string) => string | null
  readonly setItem: (key: string, value: string) => void
  readonly removeItem: (key: string) => void
  readonly keys: () => readonly string[]
}

/** Forgets everything with the page. */
export function memoryStorage(): PageStorage {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    keys: () => [...items.keys()],
  }
}

/**
 * The tab's `sessionStorage`: survives reloads and redirects, ends with the tab, and is copied when a tab is
 * duplicated.
 *
 * Touched at each call, never at import. Where it is missing or blocked (private mode, sandboxed frame) reading finds
 * nothing and removing does nothing, while `setItem` throws what the browser threw.
 */
export const tabStorage: PageStorage = {
  getItem: (key) => reading((storage) => storage.getItem(key), null),
  setItem: (key, value) => ofTab().setItem(key, value),
  removeItem: (key) => reading((storage) => storage.removeItem(key), undefined),
  keys: () => reading((storage) => Object.keys(storage), []),
}

function reading<R>(read: (storage: Storage) => R, otherwise: R): R {
  try {
    return read(ofTab())
  } catch {
    return otherwise
  }
}

/** Newer versions of Node have a `sessionStorage` too: one for the whole program, and so for all the people that it serves. */
function ofTab(): Storage {
  if (typeof location === 'undefined') throw new ReferenceError('There is no tab here.')
  return sessionStorage
}
