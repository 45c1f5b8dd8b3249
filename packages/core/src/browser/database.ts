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

let connection: Promise<IDBDatabase> | null = null

/** One database of IndexedDB, opened at the first use. */
export const indexedDatabase: Database = {
  read: (key) => transact('readonly', (store, give) => onSuccess(store.get(key), give)),
  update: (key, change) =>
    transact('readwrite', (store, give) =>
      onSuccess(store.get(key), (stored) => {
        const next = change(stored)
        give(next)
        if (next !== stored) store.put(next, key)
      }),
    ),
  sweep: (isOver) =>
    transact('readwrite', (store) =>
      onSuccess(store.openCursor(), (cursor) => {
        if (cursor === null) return
        if (isOver(cursor.value)) cursor.delete()
        cursor.continue()
      }),
    ),
}

/** Runs `work` in a transaction, and settles when that is committed. */
async function transact<R>(mode: IDBTransactionMode, work: (store: IDBObjectStore, give: (result: R) => void) => void): Promise<R> {
  const transaction = await begin(mode)
  return new Promise<R>((resolve, reject) => {
    let result: R
    transaction.addEventListener('complete', () => resolve(result))
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('The transaction was aborted.')))
    work(transaction.objectStore(storeName), (given) => void (result = given))
  })
}

async function begin(mode: IDBTransactionMode): Promise<IDBTransaction> {
  try {
    return (await connect()).transaction(storeName, mode)
  } catch {
    // Browsers close connections as they see fit, and the first to notice is who uses one.
    forget()
    return (await connect()).transaction(storeName, mode)
  }
}

function connect(): Promise<IDBDatabase> {
  connection ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1)
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(storeName))
    request.addEventListener('error', () => reject(request.error ?? new Error('The database cannot be opened.')))
    onSuccess(request, (database) => {
      database.addEventListener('close', forget)
      // Another page deletes it, or has a newer version: it must not wait for this one.
      database.addEventListener('versionchange', () => {
        database.close()
        forget()
      })
      resolve(database)
    })
  })
  return connection
}

function forget(): void {
  connection = null
}

function onSuccess<R>(request: IDBRequest<R>, run: (result: R) => void): void {
  request.addEventListener('success', () => run(request.result))
}
