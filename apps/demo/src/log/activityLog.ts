import type { InspectEvent } from '@tessera-auth/core'
import { tabMemory } from '../tabMemory.ts'
import type { ErrorWords } from '../words/errorWords.ts'
import { eventWords } from '../words/eventWords.ts'

/** Something that happened, in words. */
export interface LogEntry {
  readonly id: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly type: string
  readonly words: string
}

/** What happened in this tab on one page, newest first. */
export interface ActivityLog {
  readonly read: () => readonly LogEntry[]
  readonly subscribe: (listener: () => void) => () => void
  readonly add: (event: InspectEvent) => void
}

const maxEntries = 100

/** Makes the log of a page, perhaps with words of its own. Kept for the tab, so that it tells the whole story across a redirect. */
export function createActivityLog(name: string, words?: ErrorWords): ActivityLog {
  const key = `log:${name}`
  const listeners = new Set<() => void>()
  let entries = restore(key)
  return {
    read: () => entries,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    add(event) {
      const entry = { id: (entries[0]?.id ?? 0) + 1, at: event.at, type: event.type, words: eventWords(event, words) }
      entries = [entry, ...entries].slice(0, maxEntries)
      tabMemory.write(key, JSON.stringify(entries))
      for (const listener of listeners) listener()
    },
  }
}

function restore(key: string): readonly LogEntry[] {
  try {
    const kept: unknown = JSON.parse(tabMemory.read(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isLogEntry) : []
  } catch {
    return []
  }
}

function isLogEntry(value: unknown): value is LogEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'number' &&
    'at' in value &&
    typeof value.at === 'number' &&
    'type' in value &&
    typeof value.type === 'string' &&
    'words' in value &&
    typeof value.words === 'string'
  )
}
