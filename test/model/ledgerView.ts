import type { Sealing } from '@tessera-auth/core'
import type { Browser } from '@tessera-auth/testing'

/** What the database says of a circle, read with all the keys that were ever used. */
export interface LedgerEntry {
  /** No other has it. */
  readonly name: string
  readonly generation: number
  /** `null`: the session is over, or nobody can read it. */
  readonly refreshToken: string | null
  readonly accessToken: string | null
  readonly isOver: boolean
}

/** Sees through the sealing of every page. */
export interface LedgerView {
  readonly watch: (sealing: Sealing) => Sealing
  readonly entry: (browser: Browser, circle: string) => LedgerEntry | null
  /** Keys of circles: as secret as tokens. */
  readonly keys: ReadonlySet<string>
}

interface Text {
  readonly generation?: number
  readonly over?: unknown
  readonly tokens?: { readonly refreshToken?: string; readonly accessToken?: string }
}

export function createLedgerView(): LedgerView {
  const texts = new Map<string, string>()
  const keys = new Set<string>()
  return {
    keys,
    watch: ({ seal, unseal, agree }) => ({
      async seal(text, key, context) {
        const sealed = await seal(text, key, context)
        keys.add(key)
        texts.set(nameOf(sealed), text)
        return sealed
      },
      unseal,
      agree,
    }),
    entry({ records }, circle) {
      const record = records.get(circle)
      if (typeof record !== 'object' || record === null || !('sealed' in record) || !(record.sealed instanceof Uint8Array)) return null
      const { generation = 0, over, tokens } = JSON.parse(texts.get(nameOf(record.sealed)) ?? '{}') as Text
      return { name: nameOf(record.sealed), generation, isOver: over !== undefined, refreshToken: tokens?.refreshToken ?? null, accessToken: tokens?.accessToken ?? null }
    },
  }
}

function nameOf(sealed: Uint8Array): string {
  return Buffer.from(sealed).toString('latin1')
}
