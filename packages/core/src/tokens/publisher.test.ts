import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOrigin } from '../../test/origin.ts'
import { quickSealing } from '../../test/quickSealing.ts'
import { systemClock } from '../browser/clock.ts'
import type { Database } from '../browser/database.ts'
import type { Sealing } from '../browser/sealing.ts'
import { systemTimer } from '../browser/timer.ts'
import type { AuthError } from '../errors.ts'
import type { Circle } from '../session/record.ts'
import { contextOf, createLedger, type Entry } from './ledger.ts'
import { createPublisher, endingOf, type Publication } from './publisher.ts'

const circle = { id: 'id', key: 'key', sinceAt: 1 }

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

function open(database: Database = createOrigin().database, sealing: Sealing = quickSealing) {
  const troubles: AuthError[] = []
  const announced: [string, Entry | null][] = []
  const onDegraded = (error: AuthError): void => void troubles.push(error)
  const ledger = createLedger({ database, timer: systemTimer, clock: systemClock, ask: async () => {}, onDegraded })
  const sweep = vi.fn(ledger.sweep)
  const announce = (id: string, entry: Entry | null): void => void announced.push([id, entry])
  const tabs = { announce, open: () => {}, close: () => {}, ask: async () => {}, warn: () => {}, invite: () => {}, join: async () => null }
  const read = async ({ id, key }: Circle, entry: Entry): Promise<string | null> => {
    const text = await quickSealing.unseal(entry.sealed, key, contextOf(entry)).catch(() => null)
    if (text === null) ledger.disregard(id, entry)
    return text
  }
  const publish = createPublisher({ ledger: { ...ledger, sweep }, tabs, sealing, clock: systemClock, open: read, onDegraded })
  return { publish, ledger, sweep, announced, troubles }
}

function publication(more: Partial<Publication> = {}): Publication {
  return { circle, after: 0, encode: (generation) => `text ${generation}`, isWanted: () => true, wins: false, epochOf: (generation) => generation, ...more }
}

async function textOf(entry: Entry | null | undefined) {
  return entry == null ? null : quickSealing.unseal(entry.sealed, circle.key, contextOf(entry))
}

test('writes the next generation under the key, then says that there is something, and nothing of it', async () => {
  const { publish, ledger, announced } = open()
  expect(await publish(publication({ after: 4 }))).toBe(5)
  const entry = await ledger.read('id')
  expect(entry).toMatchObject({ generation: 5, at: Date.now() })
  expect(await textOf(entry)).toBe('text 5')
  expect(announced).toEqual([['id', null]])
})

test('RF-05 INV-4 says nothing before it is written', async () => {
  const { database } = createOrigin()
  const order: string[] = []
  const { publish, announced } = open({
    ...database,
    async update(key, change) {
      const result = await database.update(key, change)
      order.push(`written with ${announced.length} said`)
      return result
    },
  })
  await publish(publication())
  expect([...order, announced.length]).toEqual(['written with 0 said', 1])
})

test('RF-30 a refresh is too late when there is something newer: it writes and says nothing', async () => {
  const { publish, ledger, announced } = open()
  await publish(publication({ after: 8 }))
  expect(await publish(publication({ after: 3 }))).toBeNull()
  expect(await textOf(await ledger.read('id'))).toBe('text 9')
  expect(announced).toHaveLength(1)
})

test('LO-08 a login or logout goes above whatever there is', async () => {
  const { publish, ledger } = open()
  await publish(publication({ after: 8 }))
  expect(await publish(publication({ after: 3, wins: true }))).toBe(10)
  expect(await textOf(await ledger.read('id'))).toBe('text 10')
})

test('LO-08 ST-11 also where site data are cleared between two tries', async () => {
  const { database, records } = createOrigin()
  const { publish, troubles } = open({
    ...database,
    async read(key) {
      records.clear()
      return database.read(key)
    },
  })
  await publish(publication({ after: 8 }))
  expect(await publish(publication({ after: 3, wins: true }))).toBe(5)
  expect([[...records.keys()], troubles]).toEqual([['id'], []])
})

test('it does not once it is not wanted any more', async () => {
  const { publish, ledger, announced } = open()
  await publish(publication({ after: 8 }))
  let asked = 0
  // The first attempt finds something newer.
  expect(await publish(publication({ after: 3, wins: true, isWanted: () => asked++ === 0 }))).toBeNull()
  expect(await publish(publication({ after: 9, wins: true, isWanted: () => false }))).toBeNull()
  expect((await ledger.read('id'))?.generation).toBe(9)
  expect(announced).toHaveLength(1)
})

describe('INV-7 the end of a session', () => {
  const left = { circle, generation: 3, epoch: 2 }

  test('is written over what is newer of the same login', async () => {
    const { publish, ledger } = open()
    await publish(publication({ after: 7, epochOf: () => 2 }))
    expect(await publish(endingOf(left, null))).toBe(9)
    expect(await ledger.read('id')).toMatchObject({ generation: 9, epoch: 2 })
  })

  test('INV-8 INV-13 is not written over a later login, nor tried again', async () => {
    const { database } = createOrigin()
    const update = vi.fn(database.update)
    const { publish, ledger, announced } = open({ ...database, update })
    await publish(publication({ after: 7 }))
    expect(await publish(endingOf(left, null))).toBeNull()
    expect([await textOf(await ledger.read('id')), announced.length, update.mock.calls.length]).toEqual(['text 8', 1, 2])
  })

  test.each([
    [9, 9],
    [3, 3],
    [2 ** 50 - 1, 2 ** 50 - 1],
    [2 ** 50, 7],
  ])('XT-03 is written over what nobody with the key has sealed, be it that it says to be %i of login %i, as its own next', async (generation, epoch) => {
    const { database, records } = createOrigin()
    records.set('id', { generation, epoch, sealed: new Uint8Array([1]), at: 1 })
    const { publish, ledger, announced } = open(database)
    const written = await publish(endingOf(left, 'revoked'))
    expect(written).toBeGreaterThan(left.generation)
    expect(written).toBeLessThan(left.generation + 3)
    expect(await ledger.read('id')).toMatchObject({ generation: written, epoch: 2 })
    expect(announced).toEqual([['id', null]])
  })
})

test('INV-13 gives up where others are always faster', async () => {
  const { database } = createOrigin()
  let generation = 100
  const newer = (): Entry => ({ generation: ++generation, sealed: new Uint8Array(), at: 1 })
  const update = vi.fn(async () => newer())
  const { publish, announced } = open({ ...database, read: async () => newer(), update })
  expect(await publish(publication({ wins: true }))).toBeNull()
  expect(update).toHaveBeenCalledTimes(8)
  expect(announced).toEqual([])
})

test('sweeps with the first of a circle, and no other', async () => {
  const { publish, sweep } = open()
  await publish(publication())
  await publish(publication({ after: 1 }))
  expect(sweep).toHaveBeenCalledTimes(1)
})

test('XT-08 without a database what it says carries the entry, sealed', async () => {
  const { publish, announced } = open({ ...createOrigin().database, update: () => Promise.reject(new Error('gone')) })
  expect(await publish(publication())).toBe(1)
  expect(announced).toMatchObject([['id', { generation: 1 }]])
  expect(await textOf(announced[0]?.[1])).toBe('text 1')
})

test('XT-08 without Web Crypto it is for this tab alone', async () => {
  const { database, records } = createOrigin()
  const { publish, announced, troubles } = open(database, { ...quickSealing, seal: () => Promise.reject(new TypeError('no subtle')) })
  expect(await publish(publication({ after: 6 }))).toBe(7)
  expect(troubles).toMatchObject([{ code: 'insecure_context', cause: { message: 'no subtle' } }])
  expect([announced, records.size]).toEqual([[], 0])
})

test('what is no text stays in this tab, and is no trouble of the tabs', async () => {
  const { database, records } = createOrigin()
  const { publish, troubles } = open(database)
  const encode = (): string => {
    throw new TypeError('BigInt')
  }
  expect(await publish(publication({ after: 6, encode }))).toBe(7)
  expect([troubles, records.size]).toEqual([[], 0])
})
