import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOrigin } from '../../test/origin.ts'
import { systemClock } from '../browser/clock.ts'
import type { Database } from '../browser/database.ts'
import { systemTimer } from '../browser/timer.ts'
import type { AuthError } from '../errors.ts'
import { createLedger, parseEntry, type Entry } from './ledger.ts'

const day = 86_400_000
const always = () => true

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

function entry(generation: number, at: number = Date.now()): Entry {
  return { generation, sealed: new Uint8Array([generation]), at }
}

function open(database: Database = createOrigin().database) {
  const troubles: AuthError[] = []
  const asked: string[] = []
  let answers = (): void => {}
  const ask = async (id: string): Promise<void> => {
    asked.push(id)
    answers()
  }
  const ledger = createLedger({ database, timer: systemTimer, clock: systemClock, ask, onDegraded: (error) => troubles.push(error) })
  return { ledger, troubles, asked, onAsk: (answer: () => void) => void (answers = answer) }
}

describe('with a database', () => {
  test('gives what was written, and nothing of a circle that nobody wrote', async () => {
    const { ledger, asked } = open()
    expect(await ledger.read('a')).toBeNull()
    expect(await ledger.write('a', entry(1), always)).toBe(true)
    expect(await ledger.read('a')).toEqual(entry(1))
    expect(await ledger.read('b')).toBeNull()
    expect(asked).toEqual([])
  })

  test.each([
    [4, false],
    [5, false],
    [6, true],
    [9, true],
  ])('INV-24 over generation 5 it takes %i: %s', async (generation, isTaken) => {
    const { ledger } = open()
    await ledger.write('a', entry(5), always)
    const next = { ...entry(generation), sealed: new Uint8Array([0]) }
    expect(await ledger.write('a', next, always)).toBe(isTaken)
    expect(await ledger.read('a')).toEqual(isTaken ? next : entry(5))
  })

  test('RF-30 of two tabs with the same generation one is taken, and the other knows which', async () => {
    const { database } = createOrigin()
    const [one, two] = [open(database).ledger, open(database).ledger]
    const [ours, theirs] = [entry(1), { ...entry(1), sealed: new Uint8Array([9]) }]
    expect(await Promise.all([one.write('a', ours, always), two.write('a', theirs, always)])).toEqual([true, false])
    expect(two.known('a')).toEqual(ours)
  })

  test('INV-6 asks whether it is wanted when it writes, not before', async () => {
    const { database } = createOrigin()
    let isWanted = true
    const { ledger } = open({ ...database, update: (key, change) => Promise.resolve().then(() => void (isWanted = false)).then(() => database.update(key, change)) })
    expect(await ledger.write('a', entry(1), () => isWanted)).toBe(false)
    expect(await ledger.read('a')).toBeNull()
    expect(ledger.known('a')).toBeNull()
  })

  test.each([42, null, 'x', [], {}, { generation: -1, sealed: new Uint8Array(), at: 1 }, { generation: 1, sealed: 'x', at: 1 }, { generation: 1, sealed: new Uint8Array(), at: NaN }])(
    'ST-04 %j in the database counts as nothing, and is written over',
    async (junk) => {
      const { database, records } = createOrigin()
      const { ledger } = open(database)
      records.set('a', junk)
      expect(await ledger.read('a')).toBeNull()
      expect(await ledger.write('a', entry(1), always)).toBe(true)
    },
  )

  test('forgets what nobody has touched for 90 days, and what is no entry', async () => {
    const { database, records } = createOrigin()
    records.set('old', entry(1, Date.now() - 90 * day - 1))
    records.set('idle', entry(1, Date.now() - 90 * day))
    records.set('new', entry(1))
    records.set('junk', 42)
    open(database).ledger.sweep()
    await vi.advanceTimersByTimeAsync(0)
    expect([...records.keys()]).toEqual(['idle', 'new'])
  })

  test('ST-04 INV-24 a generation that leaves no room for the next counts as nothing', () => {
    expect(parseEntry({ ...entry(1), generation: 2 ** 50 })).not.toBeNull()
    expect(parseEntry({ ...entry(1), generation: 2 ** 50 + 1 })).toBeNull()
    expect(parseEntry({ ...entry(1), generation: Number.MAX_SAFE_INTEGER })).toBeNull()
    expect(parseEntry({ ...entry(3), epoch: 3 })).toEqual({ ...entry(3), epoch: 3 })
    expect(parseEntry({ ...entry(3), epoch: 4 })).toEqual(entry(3))
  })

  test('ST-07 INV-20 no value makes it throw', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withTypedArray: true }), (value) => {
        const parsed = parseEntry(value)
        if (parsed !== null) expect(Object.keys(parsed)).toEqual(['generation', 'sealed', 'at'])
      }),
    )
    expect(parseEntry(Object.create(entry(1)))).toBeNull()
    expect(parseEntry({ ...entry(1), more: 1 })).toEqual(entry(1))
  })
})

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
    expect(troubles.map(({ code }) => code)).toEqual(['storage_failed'])
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
  /** A database that can be made to fail, and counts how often it was tried. */
  function failing() {
    const { database, records } = createOrigin()
    const state = { fails: true, tries: 0, records }
    const through = <R>(run: () => Promise<R>): Promise<R> => {
      state.tries++
      return state.fails ? Promise.reject(new Error('gone')) : run()
    }
    const wrapped: Database = {
      read: (key) => through(() => database.read(key)),
      update: (key, change) => through(() => database.update(key, change)),
      sweep: (isOver) => through(() => database.sweep(isOver)),
    }
    return { state, wrapped, database }
  }

  test('is left alone for a minute, then tried, and told what it has missed', async () => {
    const { state, wrapped, database } = failing()
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
    const { state, wrapped } = failing()
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
    const { state, wrapped, database } = failing()
    const { ledger } = open(wrapped)
    await ledger.read('a')
    state.fails = false
    ledger.retry()
    expect(await ledger.write('a', entry(1), always)).toBe(true)
    expect([ledger.isDegraded(), await open(database).ledger.read('a')]).toEqual([false, entry(1)])
  })

  test('INV-24 keeps what is newer there', async () => {
    const { state, wrapped, database } = failing()
    const { ledger } = open(wrapped)
    await ledger.write('a', entry(3), always)
    await open(database).ledger.write('a', entry(5), always)
    state.fails = false
    ledger.retry()
    expect(await ledger.read('a')).toEqual(entry(5))
    expect([ledger.known('a'), await open(database).ledger.read('a')]).toEqual([entry(5), entry(5)])
  })

  test('ST-11 is not told again of what it had, and has forgotten', async () => {
    const { state, wrapped } = failing()
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
})
