import { errors, type Adapter, type AdapterFactory, type AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  /** Milliseconds since 1970; infinite when it never ends. */
  readonly expiresAt: number
}

/** Entries of all kinds (`Session`, `Grant`, `RefreshToken` …), by kind and id. */
type Kinds = Map<string, Map<string, Entry>>

/** Writes between two sweeps of what has expired. */
const writesPerSweep = 1000

/**
 * Where the OpenID server keeps its state: in memory, for one run.
 * Consuming a code or refresh token is strict: of two uses at the same time one fails, and ends the grant.
 */
export function createMemoryStore(): AdapterFactory {
  const kinds: Kinds = new Map()
  let writes = 0
  return (kind) => {
    const entries = new Map<string, Entry>()
    kinds.set(kind, entries)
    return createAdapter(entries, kinds, () => {
      writes += 1
      if (writes % writesPerSweep === 0) sweep(kinds)
    })
  }
}

function createAdapter(entries: Map<string, Entry>, kinds: Kinds, onWrite: () => void): Adapter {
  return {
    async upsert(id, payload, lifetimeSeconds) {
      onWrite()
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
      const payload = live(entries.get(id))?.payload
      if (payload === undefined) throw new errors.InvalidGrant('already revoked')
      if (payload.consumed !== undefined) {
        endGrant(kinds, payload.grantId)
        throw new errors.InvalidGrant('used twice at the same time')
      }
      payload.consumed = Math.floor(Date.now() / 1000)
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

function findWhere(entries: Map<string, Entry>, matches: (payload: AdapterPayload) => boolean) {
  return [...entries.values()].find((entry) => live(entry) !== undefined && matches(entry.payload))?.payload
}

function endGrant(kinds: Kinds, grantId: string | undefined): void {
  if (grantId === undefined) return
  kinds.get('Grant')?.delete(grantId)
  for (const entries of kinds.values()) deleteWhere(entries, ({ payload }) => payload.grantId === grantId)
}

function sweep(kinds: Kinds): void {
  for (const entries of kinds.values()) deleteWhere(entries, (entry) => live(entry) === undefined)
}

function deleteWhere(entries: Map<string, Entry>, matches: (entry: Entry) => boolean): void {
  for (const [id, entry] of entries) if (matches(entry)) entries.delete(id)
}
