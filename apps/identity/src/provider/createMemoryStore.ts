import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  /** Milliseconds since 1970; infinite when it never ends. */
  readonly expiresAt: number
}

/** Entries of one kind (`Session`, `Grant`, `RefreshToken` …) by id. */
type Entries = Map<string, Entry>

/** Writes between two sweeps of what has expired. */
const writesPerSweep = 1000

/** Where the OpenID server keeps its state: in memory, for one run. */
export function createMemoryStore(): AdapterFactory {
  return () => createAdapter(new Map())
}

function createAdapter(entries: Entries): Adapter {
  let writes = 0
  return {
    async upsert(id, payload, lifetimeSeconds) {
      writes += 1
      if (writes % writesPerSweep === 0) deleteWhere(entries, (entry) => live(entry) === undefined)
      const expiresAt = lifetimeSeconds === undefined ? Infinity : Date.now() + lifetimeSeconds * 1000
      entries.set(id, { payload: structuredClone(payload), expiresAt })
    },
    async find(id) {
      return structuredClone(live(entries.get(id))?.payload)
    },
    async findByUid(uid) {
      return structuredClone(findWhere(entries, (payload) => payload.uid === uid))
    },
    async findByUserCode(userCode) {
      return structuredClone(findWhere(entries, (payload) => payload.userCode === userCode))
    },
    async consume(id) {
      const entry = live(entries.get(id))
      if (entry !== undefined) entry.payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      entries.delete(id)
    },
    async revokeByGrantId(grantId) {
      deleteWhere(entries, ({ payload }) => payload.grantId === grantId)
    },
  }
}

function live(entry: Entry | undefined): Entry | undefined {
  return entry !== undefined && Date.now() < entry.expiresAt ? entry : undefined
}

function findWhere(entries: Entries, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
  return [...entries.values()].find((entry) => live(entry) !== undefined && matches(entry.payload))?.payload
}

function deleteWhere(entries: Entries, matches: (entry: Entry) => boolean): void {
  for (const [id, entry] of entries) if (matches(entry)) entries.delete(id)
}
