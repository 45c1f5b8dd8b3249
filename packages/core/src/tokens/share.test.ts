import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWorld } from '../../test/world.ts'
import { memoryStorage } from '../browser/storage.ts'
import type { Circle, TokenRecord } from '../session/record.ts'
import { createHolding, type Holding } from './holding.ts'
import type { Publish } from './publisher.ts'
import { createRecordStore } from './recordStore.ts'
import { createShare } from './share.ts'
import type { TokenSet } from '../session/session.ts'

const { environment } = createWorld()
const { clock, timer } = environment
const kept: Circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 100 }

let holding: Holding<TokenSet>
let isWanted: boolean
/** What happens before the ledger has it. */
let onPublish: (circle: Circle) => void
const invite = vi.fn()
const end = vi.fn(async () => {})

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  vi.clearAllMocks()
  holding = createHolding<TokenSet>(createRecordStore({ storage: memoryStorage(), key: 'key', timer, onError: () => {} }), clock)
  isWanted = true
  onPublish = () => {}
})

afterEach(() => void vi.useRealTimers())

async function share({ wins = true, stored = null, isLate = false }: { wins?: boolean; stored?: TokenRecord | null; isLate?: boolean } = {}) {
  const publish = vi.fn<Publish>(async ({ circle, after }) => (onPublish(circle), isLate ? null : after + 1))
  const publication = { wins, epochOf: (generation: number) => generation, encode: () => 'text', isWanted: () => isWanted }
  const generation = await createShare({ environment, holding, stored: async () => stored, publish, end, invite })(publication)
  return { generation, circle: publish.mock.calls[0]?.[0].circle }
}

test('the first login makes a circle, of now, and invites', async () => {
  const { generation, circle } = await share()
  expect([generation, circle?.sinceAt]).toEqual([1, 1_800_000_000_000])
  expect([holding.circle(), invite.mock.calls.length]).toEqual([circle, 1])
})

test('XT-10 of tokens that came while the tab was alone the circle is as old as they are', async () => {
  holding.show({ tokens: { accessToken: 'at' }, receivedAt: 1_000, generation: 1, epoch: 1 })
  expect((await share({ wins: false })).circle?.sinceAt).toBe(1_000)
})

test('the circle of what is stored is taken, if nobody has looked yet', async () => {
  const stored: TokenRecord = { tokens: { accessToken: 'at' }, receivedAt: 1, generation: 4, epoch: 1, circle: kept }
  expect((await share({ stored })).circle).toEqual(kept)
  holding.enter(null)
  expect((await share({ stored })).circle).not.toEqual(kept)
})

describe('INV-6 somebody signs out while the ledger takes it', () => {
  const leave = (): void => {
    isWanted = false
    holding.enter(null)
  }

  test('it is ended again, and nobody is invited', async () => {
    onPublish = leave
    const { circle } = await share()
    expect(end.mock.calls).toEqual([[{ circle, generation: 1, epoch: 1 }, null]])
    expect(invite).not.toHaveBeenCalled()
  })

  test('also when somebody else has signed in since, with a circle of its own', async () => {
    onPublish = () => {
      leave()
      holding.enter(kept)
    }
    const { circle } = await share()
    expect(end.mock.calls).toEqual([[{ circle, generation: 1, epoch: 1 }, null]])
  })

  test('but not when it was only overtaken within the same circle', async () => {
    onPublish = () => void (isWanted = false)
    await share()
    expect([end, invite].map(({ mock }) => mock.calls)).toEqual([[], []])
  })
})

test('of tokens that a function makes out of nothing it is of now', async () => {
  expect((await share({ wins: false })).circle?.sinceAt).toBe(1_800_000_000_000)
})

test('RF-30 nobody is invited to what came too late', async () => {
  expect(await share({ isLate: true })).toMatchObject({ generation: null })
  expect(invite).not.toHaveBeenCalled()
})

test('what nobody wants any more is not published', async () => {
  isWanted = false
  expect(await share()).toEqual({ generation: null, circle: undefined })
  expect(holding.circle()).toBeNull()
})
