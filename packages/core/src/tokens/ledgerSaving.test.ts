import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFailingDatabase, entryOf as entry, openLedger as open } from '../../test/openLedger.ts'
import { createOrigin } from '../../test/origin.ts'
import { defer } from '../../test/world.ts'
import { parseEntry } from './ledger.ts'

const oneMinute = 60_000
const always = () => true

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

describe('ST-14 INV-7 a database that works again gets what was written meanwhile', () => {
  const unsaved = async () => {
    const failing = createFailingDatabase()
    const { ledger } = open(failing.wrapped)
    const written = entry(3)
    expect(await ledger.write('a', written, always)).toBe(true)
    return { ...failing, ledger, written }
  }

  test('after a minute, though nobody reads or writes anything', async () => {
    const { state, ledger, written } = await unsaved()
    state.fails = false
    await vi.advanceTimersByTimeAsync(oneMinute - 1)
    expect(state.records.size).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect([...state.records]).toEqual([['a', written]])
    expect([ledger.isDegraded(), vi.getTimerCount()]).toEqual([false, 0])
  })

  test('and again a minute after each time that fails still', async () => {
    const { state, written } = await unsaved()
    for (let minutes = 0; minutes < 3; minutes++) {
      const { tries } = state
      await vi.advanceTimersByTimeAsync(oneMinute)
      expect([state.tries - tries, vi.getTimerCount()]).toEqual([2, 1])
    }
    state.fails = false
    await vi.advanceTimersByTimeAsync(oneMinute)
    expect([...state.records]).toEqual([['a', written]])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('in one go, however much that is', async () => {
    const { state, ledger } = await unsaved()
    for (const id of ['b', 'c']) await ledger.write(id, entry(1), always)
    expect(vi.getTimerCount()).toBe(1)
    state.fails = false
    await vi.advanceTimersByTimeAsync(oneMinute)
    expect([...state.records.keys()]).toEqual(['a', 'b', 'c'])
  })

  test('but for what has become newer there', async () => {
    const { state, database, ledger } = await unsaved()
    await open(database).ledger.write('a', entry(5), always)
    state.fails = false
    await vi.advanceTimersByTimeAsync(oneMinute)
    expect([state.records.get('a'), ledger.known('a')].map((known) => parseEntry(known)?.generation)).toEqual([5, 5])
  })

  test('XT-03 and in the place of what nobody who has the key has sealed', async () => {
    const { state, ledger, written } = await unsaved()
    const junk = { ...entry(9, 1), epoch: 9 }
    state.records.set('a', junk)
    ledger.disregard('a', junk)
    state.fails = false
    await vi.advanceTimersByTimeAsync(oneMinute)
    expect(state.records.get('a')).toEqual(written)
  })

  test('INV-24 also what was written while it was told of something older', async () => {
    const { database, records } = createOrigin()
    const gate = defer<void>()
    const fail = () => Promise.reject(new Error('gone'))
    const updates = [fail, fail, () => gate.promise, fail, fail]
    const { ledger } = open({ ...database, update: async (...given) => (await updates.shift()?.(), database.update(...given)) })
    await ledger.write('a', entry(3), always)
    ledger.retry()
    const reading = ledger.read('b')
    await vi.advanceTimersByTimeAsync(0)
    expect(await ledger.write('a', entry(4), always)).toBe(true)
    gate.resolve()
    await reading
    expect([parseEntry(records.get('a'))?.generation, ledger.isDegraded()]).toEqual([3, true])
    await ledger.read('b')
    expect([parseEntry(records.get('a'))?.generation, ledger.isDegraded()]).toEqual([4, false])
  })

  test('INV-18 not once it is closed, after which no timer is left', async () => {
    const { state, ledger } = await unsaved()
    ledger.close()
    expect(vi.getTimerCount()).toBe(0)
    await ledger.write('b', entry(1), always)
    expect(vi.getTimerCount()).toBe(0)
    state.fails = false
    await vi.advanceTimersByTimeAsync(2 * oneMinute)
    expect(state.records.size).toBe(0)
  })

  test('INV-18 nor once it is closed while it tries', async () => {
    const { ledger } = await unsaved()
    await vi.advanceTimersByTimeAsync(oneMinute - 1)
    vi.advanceTimersByTime(1)
    ledger.close()
    await vi.advanceTimersByTimeAsync(4_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
