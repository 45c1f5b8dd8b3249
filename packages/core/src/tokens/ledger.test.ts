import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { entryOf as entry, openLedger as open } from '../../test/openLedger.ts'
import { createOrigin } from '../../test/origin.ts'
import { parseEntry, type Entry } from './ledger.ts'

const day = 86_400_000
const always = () => true

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

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

  test('leaves keys alone, to which tokens may be bound: they are kept in the same place', async () => {
    const { database, records } = createOrigin()
    records.set('dpop', await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']))
    records.set('junk', { publicKey: 1 })
    open(database).ledger.sweep()
    await vi.advanceTimersByTimeAsync(0)
    expect([...records.keys()]).toEqual(['dpop'])
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

  describe('what nobody who has the key has sealed', () => {
    const junk: Entry = { ...entry(7, 1), epoch: 7 }

    test.each([7, 2 ** 50 - 1, 2 ** 50])('XT-03 INV-24 is as good as none once that is known, be it of generation %i, and is written over', async (generation) => {
      const { database, records } = createOrigin()
      const { ledger } = open(database)
      records.set('a', { ...junk, generation })
      expect(await ledger.read('a')).toEqual({ ...junk, generation })
      expect(await ledger.write('a', entry(1), always)).toBe(false)
      ledger.disregard('a', { ...junk, generation })
      expect([ledger.known('a'), await ledger.read('a')]).toEqual([null, null])
      expect(await ledger.write('a', entry(1), always)).toBe(true)
      expect([ledger.known('a'), await ledger.read('a')]).toEqual([entry(1), entry(1)])
    })

    test.each<[string, Entry]>([
      ['of another circle', junk],
      ['of another generation', { ...junk, generation: 8 }],
      ['of another login', { ...junk, epoch: 6 }],
      ['with another content', { ...junk, sealed: new Uint8Array([8]) }],
    ])('INV-9 says nothing of an entry %s', async (name, other) => {
      const { database, records } = createOrigin()
      const { ledger } = open(database)
      const id = name.endsWith('circle') ? 'b' : 'a'
      records.set(id, other)
      await ledger.read(id)
      ledger.disregard('a', junk)
      expect([ledger.known(id), await ledger.read(id)]).toEqual([other, other])
      expect(await ledger.write(id, { ...entry(3), epoch: 3 }, always)).toBe(false)
    })
  })
})
