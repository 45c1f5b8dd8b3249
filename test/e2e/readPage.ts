// These run in the page, each alone: they reach nothing of this file but their own body.

/** All that a page holds in its storages, in cookies that scripts see, its history, its address and its document, as text. */
export async function readPage(): Promise<string> {
  const caches = await globalThis.caches.keys()
  const fields = [...document.querySelectorAll('input')].map(({ value }) => value)
  const { documentElement, cookie } = document
  return JSON.stringify([
    Object.entries(sessionStorage), Object.entries(localStorage), cookie, caches, history.state, window.name, location.href, fields, documentElement.outerHTML,
  ])
}

/** All that the databases of this origin hold, a text for each record; bytes as the characters that they would be. */
export async function readDatabases(): Promise<readonly string[]> {
  const answer = <R>(request: IDBRequest<R>): Promise<R> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(new Error(request.error?.message)))
    })
  const asText = (_: string, value: unknown): unknown => {
    if (value instanceof ArrayBuffer) return new TextDecoder().decode(value)
    return ArrayBuffer.isView(value) ? new TextDecoder().decode(value) : value
  }
  const texts: string[] = []
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await answer(indexedDB.open(name))
    for (const storeName of database.objectStoreNames) {
      const store = database.transaction(storeName).objectStore(storeName)
      const [keys, records] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())])
      texts.push(...keys.map((key, index) => JSON.stringify([name, storeName, key, records[index]], asText)))
    }
    database.close()
  }
  return texts
}
