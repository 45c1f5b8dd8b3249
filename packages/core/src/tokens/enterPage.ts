import type { Page } from '../browser/page.ts'

/** The managers at work on this page. */
const managers = new Set<{ readonly key: string }>()

/**
 * Notes that a manager with this key is at work on the page, until the returned function is called; warns of another. Pages where nobody
 * looks for such, as simulated ones, are left alone: one program may have many.
 */
export function enterPage(key: string, { roster }: Pick<Page, 'roster'>, warn: (text: string) => void): () => unknown {
  const manager = { key }
  if (roster !== undefined) {
    if ([...managers].some((other) => other.key === key)) warn(`Two TokenManagers share the key "${key}": dispose() one, or give each a "storageKey".`)
    managers.add(manager)
  }
  return () => managers.delete(manager)
}
