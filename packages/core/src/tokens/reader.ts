import type { Sealing } from '../browser/sealing.ts'
import { decodeEnding } from '../session/ending.ts'
import { decodeRecord, type Circle } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import type { Known, News } from './news.ts'
import { contextOf, type Entry, type Ledger } from './ledger.ts'

/** Reads what the ledger has of a circle. */
export interface Reader<T extends TokenSet> {
  /** What is sealed in an entry; `null`: nobody who has the key has sealed it as it stands, and it is as good as none. */
  readonly open: (circle: Circle, entry: Entry) => Promise<string | null>
  readonly read: (circle: Circle, entry: Entry | null) => Promise<News<T>>
  /** `null`: nothing newer than what is known. */
  readonly news: (circle: Circle, known: Known) => Promise<News<T> | null>
}

interface ReaderOptions<T extends TokenSet> {
  readonly ledger: Pick<Ledger, 'read' | 'disregard'>
  readonly sealing: Sealing
  readonly accept: (tokens: TokenSet) => tokens is T
}

export function createReader<T extends TokenSet>({ ledger, sealing, accept }: ReaderOptions<T>): Reader<T> {
  const open: Reader<T>['open'] = async ({ id, key }, entry) => {
    const text = await sealing.unseal(entry.sealed, key, contextOf(entry)).catch(() => null)
    if (text === null) ledger.disregard(id, entry)
    return text
  }
  const read: Reader<T>['read'] = async (circle, entry) => {
    const text = entry === null ? null : await open(circle, entry)
    return entry === null || text === null ? { type: 'missing' } : toNews(text, entry, accept)
  }
  return {
    open,
    read,
    async news(circle, { generation, epoch }) {
      const entry = await ledger.read(circle.id)
      // A later login may be of a lower generation than what a tab has made of an earlier one by itself.
      return entry === null || entry.generation > generation || (entry.epoch ?? 0) > epoch ? read(circle, entry) : null
    },
  }
}

/** What somebody with the key has sealed. */
function toNews<T extends TokenSet>(text: string, { generation, epoch = 0 }: Entry, accept: (tokens: TokenSet) => tokens is T): News<T> {
  const record = decodeRecord(text, accept)
  if (record?.generation === generation) return { type: 'record', generation, record }
  const code = decodeEnding(text, generation)
  return code === undefined ? { type: 'foreign' } : { type: 'over', generation, epoch, code }
}
