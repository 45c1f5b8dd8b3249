import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { BrowserContext } from 'playwright'
import { ensureChromium } from '../../../scripts/browsers.ts'
import { buildPage } from '../buildPage.ts'
import { driveChromium, startChromium } from '../playwrightEngine.ts'
import { createStage, type Stage } from '../stage.ts'
import { instrument } from './instrument.ts'
import type { Census } from './meter.ts'
import { bytesAMinute, objectsARefresh, rowOf } from './slope.ts'
import { watch } from './watch.ts'

declare module 'vitest' {
  interface ProvidedContext {
    minutes: number
  }
}

const tabCount = 4
const minutes = inject('minutes')
const lifeMs = 5_000
/** A refresh is due when a quarter of the life is left. */
const dueMs = (lifeMs * 3) / 4
/** Nearly twelve seconds. */
const roundsBetween = 3
/** Functions are compiled, and compiled again, while they are new: some 100 kB in each tab. */
const warmUp = { rounds: 40, ms: (minutes * 60_000) / 5 }

/**
 * What a tab may gain. Objects are counted, and a leak is of one for each refresh at least. Bytes move by two thousand from one sample
 * to the next: a slope of 1,000. Where something is compiled once more they move by forty thousand: 7,500, in the middle of ten minutes.
 * An access token kept for each refresh: 12,500. In less than ten minutes the slope says little.
 */
const most = { objectsARefresh: 0.5, bytesAMinute: minutes < 10 ? Infinity : 8_000 }
const nothing: Census = { timers: 0, listeners: 0, channels: 0, connections: 0, locks: 0 }

let context: BrowserContext
let stage: Stage

beforeAll(async () => {
  // Without the back/forward cache, in which the pages of the sign-in would stay.
  const browser = await startChromium(ensureChromium())
  context = await browser.newContext()
  await context.addInitScript(instrument)
  stage = await createStage(driveChromium(context), await buildPage())
  stage.site.settings.clientId = 'demo-5s'
})
afterAll(() => stage.end())

it(`${tabCount} tabs whose tokens live ${lifeMs / 1000} s stay signed in and keep nothing, for ${minutes} minutes`, async () => {
  const { site } = stage
  await stage.signedIn(tabCount + 1)
  for (let round = 0; round < warmUp.rounds; round++) await site.ask({ type: 'worst', aheadMs: 0 }, stage.names())
  const { tabs, round, rest } = await watch(context, stage.names())
  const [control, ...own] = tabs
  // A meter that does not find this finds nothing.
  await control?.meter.evaluate(`(${leak.toString()})()`)

  await round()
  const [startAt, before, atStart] = [Date.now(), site.server(), await rest()]
  const sofar = (): { at: number; refreshes: number } => ({ at: Date.now() - startAt, refreshes: site.server().refreshes - before.refreshes })
  while (sofar().at < minutes * 60_000) {
    for (let rounds = 0; rounds < roundsBetween; rounds++) await round()
    await rest(atStart)
    for (const { meter, samples } of tabs) {
      const sample = { ...sofar(), heap: await meter.heap(), objects: await meter.objects() }
      if (sample.at > warmUp.ms) samples.push(sample)
    }
  }

  const { at, refreshes } = sofar()
  const atEnd = await rest(atStart)
  const reports = await stage.agreed()
  console.log(`${(at / 60_000).toFixed(1)} min, ${refreshes} refreshes: one in ${(at / refreshes / 1000).toFixed(2)} s, for all tabs together`)
  console.table(Object.fromEntries(tabs.map((tab) => [tab === control ? `${tab.name}, with a leak` : tab.name, rowOf(tab, atEnd)])))

  expect(tabs.flatMap(({ trouble }) => trouble)).toEqual([])
  expect(reports.map(({ status }) => status)).toEqual(tabs.map(() => 'authenticated'))
  expect(site.server()).toMatchObject({ refusals: 0, revocations: 0 })
  expect(refreshes).toBeGreaterThanOrEqual(Math.floor(at / lifeMs))
  expect(refreshes).toBeLessThanOrEqual(Math.ceil(at / dueMs))

  for (const tab of own) {
    expect(objectsARefresh(tab)).toBeLessThan(most.objectsARefresh)
    expect(bytesAMinute(tab)).toBeLessThan(most.bytesAMinute)
  }
  if (control === undefined) throw new Error('There is no tab with a leak.')
  expect(objectsARefresh(control)).toBeGreaterThan(most.objectsARefresh)
  if (most.bytesAMinute < Infinity) expect(bytesAMinute(control)).toBeGreaterThan(most.bytesAMinute)

  for (const { meter } of tabs) await meter.evaluate('app.end()')
  expect(await Promise.all(tabs.map(({ meter }) => meter.census()))).toEqual(tabs.map(() => nothing))
})

/** Runs in the page: keeps an object with an access token for each refresh. */
function leak(): void {
  const kept: unknown[] = []
  const { tokens } = window.app.auth()
  let last = tokens.current?.tokens.accessToken
  tokens.subscribe(() => {
    const { accessToken } = tokens.current?.tokens ?? {}
    if (accessToken !== last) kept.push({ accessToken })
    last = accessToken
  })
}
