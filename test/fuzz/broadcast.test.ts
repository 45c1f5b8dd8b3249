import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'
import { hostileJson } from './hostileJson.ts'
import { createWorld, prepareWorlds, type World } from './world.ts'

prepareWorlds()

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 70 }),
  fc.uint8Array({ minLength: 65, maxLength: 65 }),
  fc.constant(new Uint8Array(100_000)),
  fc.constant(new Float64Array(3)),
  fc.constant(new DataView(new ArrayBuffer(9))),
)
const count = fc.oneof(fc.nat(9), fc.constantFrom(-1, 0.5, NaN, Infinity, 2 ** 50, 2 ** 53, 1_800_000_000_001, '3', null))

/** ID stands for the circle of the tab. */
const id = fc.constantFrom('ID', 'ID', 'other', '__proto__', 7, null)
const entry = fc.record({ generation: count, epoch: count, sealed: bytes, at: count }, { requiredKeys: [] })

/** What structured cloning carries; JSON does not. */
const carried = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true })

const said = fc.oneof(
  fc.record({ type: fc.constant('news'), id, entry: fc.oneof(entry, fc.constant(null)) }),
  fc.record({ type: fc.constant('ask'), id }),
  fc.record(
    { type: fc.constant('trouble'), id, code: fc.constantFrom('network', 'rate_limited', 'revoked', '__proto__', 1), retryAfterMs: count },
    { requiredKeys: ['type', 'id'] },
  ),
  fc.record({ type: fc.constant('invite') }),
  fc.record({ type: fc.constant('join'), publicKey: bytes }),
  fc.record({ type: fc.constant('welcome'), from: bytes, sealed: bytes }),
  fc.record({ type: fc.constant('changed') }),
  fc.record({ type: fc.constant('left'), person: fc.oneof(fc.base64String({ minLength: 44, maxLength: 44 }), fc.anything()), at: count }),
)
/** What JSON makes of it, changed: bytes are lost there, names and shapes are not. */
const twisted = hostileJson(said).map((text): unknown => {
  try {
    // What no channel could carry is not said.
    return structuredClone(JSON.parse(text))
  } catch {
    return text
  }
})
const message = fc.oneof(
  { weight: 3, arbitrary: said },
  { weight: 2, arbitrary: twisted },
  { weight: 1, arbitrary: carried },
)

test('XT-03 XT-12 INV-17: whatever is said on the channels, who is signed in stays so, and can refresh and sign out', () =>
  fuzz(
    fc.record({
      messages: fc.array(message, { minLength: 1, maxLength: 8 }),
      storage: fc.constantFrom('memory' as const, 'session' as const),
      shareAcrossTabs: fc.boolean(),
    }),
    async ({ messages, ...options }) => {
      const world = createWorld(options)
      const { browser, tab, outcome } = world
      await world.signIn()
      tab.app.start()
      const other = tab.duplicate()
      other.app.start()
      await outcome(other.app.ready)
      const before = [tab, other].map(({ app }) => [app.store.getState().status, app.tokens.current?.tokens.subject])
      const circle = [...browser.records.keys()][0] ?? 'none'
      for (const each of messages) {
        for (const channel of new Set(tab.holdings().channels)) browser.post(channel, filled(each, circle))
        await browser.advance(100)
      }
      await browser.advance(2_000)
      expect([tab, other].map(({ app }) => [app.store.getState().status, app.tokens.current?.tokens.subject])).toEqual(before)
      // What was said can put a refresh off, by a minute at most.
      await browser.advance(60_000)
      await expectOwnWay(world)
    },
    { share: 0.7 },
  ))

function filled(value: unknown, circle: string): unknown {
  return typeof value === 'object' && value !== null && 'id' in value && value.id === 'ID' ? { ...value, id: circle } : value
}

test('XT-03 INV-24: whatever somebody puts into the database, who is signed in stays so, and can refresh and sign out', () =>
  fuzz(
    fc.array(fc.oneof({ weight: 3, arbitrary: entry }, { weight: 1, arbitrary: carried }), { minLength: 1, maxLength: 3 }),
    async (entries) => {
      const world = createWorld()
      const { browser, tab } = world
      await world.signIn()
      tab.app.start()
      for (const stored of entries) {
        for (const key of browser.records.keys()) browser.records.set(key, stored)
        tab.wake('visible')
        await browser.advance(2_000)
        expect(tab.app.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada' } })
      }
      await expectOwnWay(world)
    },
    { share: 0.3 },
  ))

async function expectOwnWay({ tab, outcome, checkSecrets }: World): Promise<void> {
  expect(await outcome(tab.app.tokens.refresh())).toHaveProperty('value')
  expect(await outcome(tab.app.logout())).toHaveProperty('value')
  expect(tab.app.store.getState().status).toBe('unauthenticated')
  checkSecrets()
}
