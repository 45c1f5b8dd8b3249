import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { membersOf } from '../ownMembers.ts'
import { indexedDatabase } from './database.ts'

const isBrowser = typeof indexedDB !== 'undefined'
const { read, update, sweep } = indexedDatabase

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function settled<R>(request: IDBRequest<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('failed')))
  })
}

/** Resolves only when no page has a connection to it any more. */
const deleteDatabase = async (): Promise<void> => void (await settled(indexedDB.deleteDatabase('tessera')))

/** A connection of somebody else to the same database. */
const connect = (version?: number): Promise<IDBDatabase> => settled(indexedDB.open('tessera', version))

describe('SS-03 where IndexedDB cannot be used, everything rejects', () => {
  const change = vi.fn()
  const refused = new DOMException('blocked', 'SecurityError')
  const blocked = {
    open() {
      throw refused
    },
  }

  test.each([
    ['missing', undefined, { name: 'TypeError' }],
    ['blocked', blocked, refused],
  ])('%s', async (_, value, error) => {
    vi.stubGlobal('indexedDB', value)
    for (const result of [read('a'), update('a', change), sweep(() => true)]) await expect(result).rejects.toMatchObject(error)
    expect(change).not.toHaveBeenCalled()
  })
})

describe.runIf(isBrowser)('indexedDatabase', () => {
  beforeEach(deleteDatabase)

  test('keeps records under their keys', async () => {
    await expect(read('a')).resolves.toBeUndefined()
    await expect(update('a', (stored) => ({ stored, n: 1 }))).resolves.toEqual({ stored: undefined, n: 1 })
    await update('b', () => 'other')
    await expect(update('a', (stored) => ({ stored }))).resolves.toEqual({ stored: { stored: undefined, n: 1 } })
    await expect(read('a')).resolves.toEqual({ stored: { stored: undefined, n: 1 } })
    await expect(read('b')).resolves.toBe('other')
  })

  test('gives the very record that it put, so that its maker knows it again', async () => {
    const mine = { n: 1 }
    expect(await update('a', () => mine)).toBe(mine)
    expect(await update('a', (stored) => stored)).not.toBe(mine)
  })

  test('bytes survive', async () => {
    const sealed = Uint8Array.from({ length: 256 }, (_, index) => index)
    await update('a', () => ({ sealed }))
    const stored = await read('a')
    expect(stored).toEqual({ sealed })
    expect(Object(stored)).toHaveProperty('sealed', expect.any(Uint8Array))
  })

  test('the same record is not written again', async () => {
    await update('a', () => ({ n: 1 }))
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    await expect(update('a', (stored) => stored)).resolves.toEqual({ n: 1 })
    await expect(update('b', (stored) => stored)).resolves.toBeUndefined()
    expect(put).not.toHaveBeenCalled()
  })

  test('INV-4 an update resolves when it is committed, not before', async () => {
    const order: string[] = []
    const begin = Reflect.get(IDBDatabase.prototype, 'transaction')
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...parameters) {
      const transaction = begin.apply(this, parameters)
      transaction.addEventListener('complete', () => order.push('committed'))
      return transaction
    })
    await update('a', () => 1)
    order.push('resolved')
    expect(order).toEqual(['committed', 'resolved'])
  })

  test('sweep deletes what is over, and nothing else', async () => {
    for (const [key, at] of [['a', 1], ['b', 9], ['c', 2], ['d', 8]] as const) await update(key, () => ({ at }))
    await expect(sweep((record) => Number(membersOf(record)['at']) < 5)).resolves.toBeUndefined()
    const left = await Promise.all(['a', 'b', 'c', 'd'].map((key) => read(key)))
    expect(left).toEqual([undefined, { at: 9 }, undefined, { at: 8 }])
  })

  test.each<[string, () => unknown]>([
    [
      'a change that throws',
      () => {
        throw new DOMException('broken', 'DataCloneError')
      },
    ],
    ['a record that cannot be kept', () => ({ n: 2, run: () => {} })],
  ])('%s rejects and writes nothing', async (_, change) => {
    await update('a', () => ({ n: 1 }))
    const onError = vi.fn()
    window.addEventListener('error', onError)
    await expect(update('a', change)).rejects.toMatchObject({ name: 'DataCloneError' })
    window.removeEventListener('error', onError)
    await expect(read('a')).resolves.toEqual({ n: 1 })
    expect(onError).not.toHaveBeenCalled()
  })

  test('a transaction that the browser aborts rejects, and the next one works', async () => {
    await update('a', () => 1)
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const abort = (): number => {
      const { value } = transaction.mock.results[0] as { value: IDBTransaction }
      queueMicrotask(() => value.abort())
      return 2
    }
    await expect(update('a', abort)).rejects.toThrow(/./)
    await expect(read('a')).resolves.toBe(1)
  })
})

describe.runIf(isBrowser)('indexedDatabase among other pages', () => {
  beforeEach(deleteDatabase)

  /** Counts up in a thread of its own. */
  function countElsewhere(rounds: number): Promise<unknown> {
    const address = JSON.stringify(new URL('./database.ts', import.meta.url).href)
    // Text, as what is code here has been made to run in the page of the test runner.
    const source = `
      const { indexedDatabase } = await import(${address})
      for (let round = 0; round < ${rounds}; round++) await indexedDatabase.update('n', (stored) => (stored ?? 0) + 1)
      postMessage('done')`
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' })
    return new Promise((resolve) => {
      worker.addEventListener('message', ({ data }) => resolve(data))
      worker.addEventListener('error', ({ message }) => resolve(message))
    }).finally(() => worker.terminate())
  }

  test('INV-24 no update is lost between two that write at the same time', async () => {
    const elsewhere = countElsewhere(50)
    for (let round = 0; round < 50; round++) await update('n', (stored) => Number(stored ?? 0) + 1)
    expect(await elsewhere).toBe('done')
    await expect(read('n')).resolves.toBe(100)
  })

  test('INV-24 updates that begin at once come one after the other, from the first on', async () => {
    const counts = await Promise.all(Array.from({ length: 20 }, () => update('n', (stored) => Number(stored ?? 0) + 1)))
    expect(counts).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })

  test('deleted by somebody else, it is made anew', async () => {
    await update('a', () => 1)
    await deleteDatabase()
    await expect(read('a')).resolves.toBeUndefined()
    await update('a', () => 2)
    await expect(read('a')).resolves.toBe(2)
  })

  test('deleted in the middle of an update, it is made anew, and nobody waits', async () => {
    let deleted: Promise<void> | undefined
    await update('a', () => {
      deleted = deleteDatabase()
      return 1
    })
    await deleted
    await expect(read('a')).resolves.toBeUndefined()
  })

  test('INV-12 an opening that hangs is its own affair: the next one works', async () => {
    vi.spyOn(indexedDB, 'open').mockReturnValueOnce(new EventTarget() as IDBOpenDBRequest)
    const hanging = vi.fn()
    void read('a').finally(hanging)
    await expect(update('a', () => 1)).resolves.toBe(1)
    expect(hanging).not.toHaveBeenCalled()
  })

  test('waits for a deletion that another page holds up, and no longer', async () => {
    await update('a', () => 1)
    const other = await connect()
    const deleted = deleteDatabase()
    const later = read('a')
    other.close()
    await deleted
    await expect(later).resolves.toBeUndefined()
  })

  test('rejects what a newer version has made, disturbs nobody, and works again when that is gone', async () => {
    const newer = await connect(2)
    const onError = vi.fn()
    window.addEventListener('error', onError)
    await expect(read('a')).rejects.toMatchObject({ name: 'VersionError' })
    await expect(update('a', () => 1)).rejects.toMatchObject({ name: 'VersionError' })
    window.removeEventListener('error', onError)
    expect(onError).not.toHaveBeenCalled()
    newer.close()
    await deleteDatabase()
    await expect(update('a', () => 1)).resolves.toBe(1)
  })

  test('rejects a database of that name that is not ours, and keeps nobody from deleting it', async () => {
    const foreign = await connect(1)
    foreign.close()
    await expect(read('a')).rejects.toMatchObject({ name: 'NotFoundError' })
    await expect(deleteDatabase()).resolves.toBeUndefined()
  })
})
