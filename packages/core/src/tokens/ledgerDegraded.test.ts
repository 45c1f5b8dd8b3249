import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFailingDatabase, entryOf as entry, openLedger as open } from '../../test/openLedger.ts'
import { createOrigin } from '../../test/origin.ts'
import { defer } from '../../test/world.ts'
import type { Database } from '../browser/database.ts'

const always = () => true

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

describe('XT-08 with a database that does not work', () => {
  const broken: Database = {
    read: () => Promise.reject(new Error('gone')),
    update: () => Promise.reject(new Error('gone')),
    sweep: () => Promise.reject(new Error('gone')),
  }

  test('fails once: tries again and says nothing', async () => {
    const { database } = createOrigin()
    const update = vi.fn(database.update).mockRejectedValueOnce(new Error('suspended'))
    const read = vi.fn(database.read).mockRejectedValueOnce(new Error('suspended'))
    const { ledger, troubles } = open({ ...database, read, update })
    expect(await ledger.write('a', entry(1), always)).toBe(true)
    expect(await ledger.read('a')).toEqual(entry(1))
    expect([troubles, ledger.isDegraded()]).toEqual([[], false])
  })

  test('fails twice: says so once, and goes on with what the tabs know', async () => {
    const read = vi.fn(broken.read)
    const { ledger, troubles, asked, onAsk } = open({ ...broken, read })
    expect(await ledger.read('a')).toBeNull()
    expect(ledger.isDegraded()).toBe(true)
    expect(troubles).toMatchObject([{ code: 'storage_failed', cause: { message: 'gone' } }])
    onAsk(() => void ledger.write('a', entry(3), always))
    expect(await ledger.read('a')).toEqual(entry(3))
    expect(asked).toEqual(['a', 'a'])
    expect(read).toHaveBeenCalledTimes(2)
    expect(troubles).toHaveLength(1)
  })

  test('RF-30 INV-6 what it knows itself it also compares and sets', async () => {
    const { ledger } = open(broken)
    expect(await ledger.write('a', entry(5), () => false)).toBe(false)
    expect(await ledger.write('a', entry(5), always)).toBe(true)
    expect(await ledger.write('a', { ...entry(5), at: 1 }, always)).toBe(false)
    expect(await ledger.write('a', entry(4), always)).toBe(false)
    expect(ledger.known('a')).toEqual(entry(5))
  })

  test('ST-14 hangs: goes on without it after 3 s', async () => {
    const settled = vi.fn()
    const hung = new Promise<never>(() => {})
    const { ledger, troubles } = open({ ...broken, read: () => hung })
    void ledger.read('a').then(settled)
    await vi.advanceTimersByTimeAsync(2_999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(settled).toHaveBeenCalledWith(null)
    expect(troubles.map(({ code }) => code)).toEqual(['storage_failed'])
  })

  test('throws at once, as a database that is not there: likewise', async () => {
    const { ledger, troubles } = open({
      ...broken,
      read: () => {
        throw new ReferenceError('indexedDB is not defined')
      },
    })
    expect(await ledger.read('a')).toBeNull()
    expect(troubles).toHaveLength(1)
  })

  test.each([
    [6_000, 1, true],
    [6_001, 2, false],
  ])('that does not answer within %i ms, asked %i times: it does not work, unless the page did not run: %s', async (ms, times, isDegraded) => {
    const read = vi.fn(() => new Promise<never>(() => {}))
    const { ledger } = open({ ...broken, read })
    void ledger.read('a')
    vi.setSystemTime(Date.now() + ms - 3_000)
    await vi.advanceTimersByTimeAsync(3_000)
    expect([read.mock.calls.length, ledger.isDegraded()]).toEqual([times, isDegraded])
  })

  test('a sweep that fails says so and throws nothing', async () => {
    const { ledger, troubles } = open(broken)
    ledger.sweep()
    await vi.advanceTimersByTimeAsync(0)
    expect(troubles).toHaveLength(1)
    ledger.sweep()
    await vi.advanceTimersByTimeAsync(0)
    expect(troubles).toHaveLength(1)
  })
})

describe('ST-14 a database that works again', () => {
  test('is left alone for a minute, then tried, and told what it has missed', async () => {
    const { state, wrapped, database } = createFailingDatabase()
    const { ledger } = open(wrapped)
    expect(await ledger.write('a', entry(3), always)).toBe(true)
    const { tries } = state
    state.fails = false
    await vi.advanceTimersByTimeAsync(59_999)
    expect(await ledger.read('a')).toEqual(entry(3, Date.now() - 59_999))
    expect([state.tries, ledger.isDegraded(), state.records.size]).toEqual([tries, true, 0])
    await vi.advanceTimersByTimeAsync(1)
    expect(await ledger.read('b')).toBeNull()
    expect(ledger.isDegraded()).toBe(false)
    expect(await open(database).ledger.read('a')).toEqual(entry(3, Date.now() - 60_000))
  })

  test('that fails still is left alone for a minute more', async () => {
    const { state, wrapped } = createFailingDatabase()
    const { ledger } = open(wrapped)
    await ledger.read('a')
    await vi.advanceTimersByTimeAsync(60_000)
    await ledger.read('a')
    const { tries } = state
    await vi.advanceTimersByTimeAsync(59_999)
    await ledger.read('a')
    expect([state.tries, ledger.isDegraded()]).toEqual([tries, true])
  })

  test('INV-7 is tried at once for what must not be lost', async () => {
    const { state, wrapped, database } = createFailingDatabase()
    const { ledger } = open(wrapped)
    await ledger.read('a')
    state.fails = false
    ledger.retry()
    expect(await ledger.write('a', entry(1), always)).toBe(true)
    expect([ledger.isDegraded(), await open(database).ledger.read('a')]).toEqual([false, entry(1)])
  })

  test('INV-24 keeps what is newer there', async () => {
    const { state, wrapped, database } = createFailingDatabase()
    const { ledger } = open(wrapped)
    await ledger.write('a', entry(3), always)
    await open(database).ledger.write('a', entry(5), always)
    state.fails = false
    ledger.retry()
    expect(await ledger.read('a')).toEqual(entry(5))
    expect([ledger.known('a'), await open(database).ledger.read('a')]).toEqual([entry(5), entry(5)])
  })

  test('ST-11 is not told again of what it had, and has forgotten', async () => {
    const { state, wrapped } = createFailingDatabase()
    state.fails = false
    const { ledger } = open(wrapped)
    await ledger.write('a', entry(1), always)
    state.fails = true
    await ledger.read('a')
    state.fails = false
    state.records.clear()
    ledger.retry()
    expect([await ledger.read('a'), ledger.known('a'), state.records.size]).toEqual([null, entry(1), 0])
  })

  test('INV-24 takes nothing back by an answer that was long in coming', async () => {
    const late = defer<unknown>()
    const { ledger } = open({ read: () => late.promise, update: async (_key, change) => change(entry(4)), sweep: async () => {} })
    const reading = ledger.read('a')
    await vi.advanceTimersByTimeAsync(3_000)
    await reading
    expect(await ledger.write('a', entry(6), always)).toBe(true)
    late.resolve(entry(4))
    await vi.advanceTimersByTimeAsync(0)
    expect(ledger.known('a')).toEqual(entry(6, Date.now()))
  })
})
