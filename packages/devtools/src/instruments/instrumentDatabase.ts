import type { Database } from '@tessera-auth/core'

/** Lets a tab that is cut off believe that it writes. */
export function instrumentDatabase(database: Database, isIsolated: () => boolean): Database {
  return {
    read: database.read,
    sweep: database.sweep,
    update: async (key, change) => (isIsolated() ? change(await database.read(key)) : database.update(key, change)),
  }
}
