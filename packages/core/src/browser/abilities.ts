/** What pages of one origin need to act together, each tried: resolves where it works. */
export interface Abilities {
  readonly locks: () => Promise<unknown>
  readonly database: () => Promise<unknown>
  readonly channels: () => Promise<unknown>
}

const name = 'tessera:diagnose'

/** Those of this browser. Apart from the seams that use them, which are in a chunk that only some apps load. */
export const pageAbilities: Abilities = {
  locks: async () => navigator.locks.request(name, { ifAvailable: true }, () => {}),
  database: () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(name)
      request.addEventListener('error', () => reject(request.error ?? new Error('The database failed.')))
      request.addEventListener('success', () => {
        request.result.close()
        resolve(indexedDB.deleteDatabase(name))
      })
    }),
  channels: async () => new BroadcastChannel(name).close(),
}
