/** Records that all pages of this origin share, each under a key. */
export interface Database {
  /** The record; `undefined` when there is none. Rejects where the database cannot be used. */
  readonly read: (key: string) => Promise<unknown>
  /**
   * Puts what `change` makes of the record, in one transaction that no other page can come between; the same record leaves it as it is.
   * Gives what is there once that is durable.
   */
  readonly update: (key: string, change: (stored: unknown) => unknown) => Promise<unknown>
  /** Deletes the records that `isOver` is true for. */
  readonly sweep: (isOver: (record: unknown) => boolean) => Promise<void>
}

const [databaseName, storeName] = ['tessera', 'ledger']

/** One database of IndexedDB. */
export const indexedDatabase: Database = {
  read: (key) => transact('readonly', (store) => answer(store.get(key))),
  update: (key, change) =>
    transact('readwrite', async (store) => {
      const stored: unknown = await answer(store.get(key))
      const next = change(stored)
      if (next !== stored) store.put(next, key)
      return next
    }),
  sweep: (isOver) =>
    transact('readwrite', async (store) => {
      const request = store.openCursor()
      for (let cursor = await answer(request); cursor !== null; cursor = await answer(request)) {
        if (isOver(cursor.value)) cursor.delete()
        cursor.continue()
      }
    }),
}

/** Runs `work` in a transaction, and settles when that is committed. */
async function transact<R>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<R>): Promise<R> {
  const request = indexedDB.open(databaseName, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(storeName))
  const database = await answer(request)
  try {
    const transaction = database.transaction(storeName, mode)
    const [result] = await Promise.all([work(transaction.objectStore(storeName)), end(transaction)])
    return result
  } finally {
    // Kept open, it would be lost whenever the browser sees fit, and whoever deletes the database would wait for it.
    database.close()
  }
}

function answer<R>(request: IDBRequest<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('The database failed.')))
  })
}

function end(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('The transaction was aborted.')))
  })
}
