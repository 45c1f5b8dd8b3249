import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { buildPage } from './buildPage.ts'
import { createChaos } from './chaos.ts'
import type { Engine } from './engine.ts'
import { createRandom } from './random.ts'
import type { ServerCount } from './site.ts'
import { createStage, type Stage } from './stage.ts'
import { until } from './until.ts'

declare module 'vitest' {
  interface ProvidedContext {
    isLong: boolean
  }
}

const tabCount = 8
const hourMs = 3_600_000
const isLong = inject('isLong')
const rounds = isLong ? { calm: 100, chaos: 100, logouts: 100 } : { calm: 5, chaos: 5, logouts: 10 }

/**
 * What must hold in every engine.
 *
 * @param canOpen Whether the tabs that pages open can be driven.
 */
export function testTabs(name: string, launch: () => Promise<Engine>, canOpen: boolean): void {
  let engine: Engine
  let stage: Stage
  let before: ServerCount

  beforeAll(async () => {
    engine = await launch()
    stage = await createStage(engine, await buildPage())
  })
  afterAll(() => stage.end())
  beforeEach(async () => {
    await stage.signedIn(tabCount)
    before = counted()
  })
  afterEach(({ task }) => {
    const { refreshes, refusals, revocations } = sinceThen()
    console.log(`${name}, ${task.name}: ${refreshes} refreshes, ${refusals} refused, ${revocations} grants revoked`)
  })

  const counted = (): ServerCount => stage.site.server()
  const sinceThen = (): ServerCount => {
    const { refreshes, refusals, revocations } = counted()
    return { refreshes: refreshes - before.refreshes, refusals: refusals - before.refusals, revocations: revocations - before.revocations }
  }
  /** Time passes for all tabs alike. */
  const later = (ms: number): number => (stage.site.settings.aheadMs += ms)
  const expectAllSignedIn = async (): Promise<void> => {
    const reports = await stage.agreed()
    expect(reports.map(({ status }) => status)).toEqual(stage.names().map(() => 'authenticated'))
    const [first] = reports
    expect(reports.map(({ generation }) => generation)).toEqual(reports.map(() => first?.generation))
  }
  const say = (text: string): void => console.log(`${name}: ${text}`)

  it(`${tabCount} tabs want a fresh token at once, ${rounds.calm} times: one request a time`, async () => {
    for (let round = 1; round <= rounds.calm; round++) {
      const answers = await stage.site.ask({ type: 'everyday', aheadMs: later(hourMs) }, stage.names())
      expect([...answers.values()].flatMap(({ error }) => error ?? [])).toEqual([])
      expect(sinceThen()).toEqual({ refreshes: round, refusals: 0, revocations: 0 })
    }
    await expectAllSignedIn()
  })

  it(`${tabCount} tabs refresh at once, each for itself, ${rounds.calm} times: no refresh token is used twice`, async () => {
    for (let round = 1; round <= rounds.calm; round++) {
      const answers = await stage.site.ask({ type: 'worst', aheadMs: later(0) }, stage.names())
      expect([...answers.values()].flatMap(({ error }) => error ?? [])).toEqual([])
      expect(sinceThen()).toEqual({ refreshes: round * tabCount, refusals: 0, revocations: 0 })
    }
    await expectAllSignedIn()
  })

  it.runIf(canOpen)('a tab that a page opens has the session too', async () => {
    await stage.openFrom(stage.names()[0] ?? '')
    await stage.site.ask({ type: 'worst', aheadMs: later(0) }, stage.names())
    expect(sinceThen()).toEqual({ refreshes: tabCount + 1, refusals: 0, revocations: 0 })
    await expectAllSignedIn()
  })

  it('they still agree while tabs are closed, reloaded, duplicated, stopped and sent away', async () => {
    const seed = Number(process.env['TABS_SEED'] ?? Date.now() % 1_000_000)
    const random = createRandom(seed)
    const chaos = createChaos(stage, random)
    say(`TABS_SEED=${seed}`)
    for (let round = 1; round <= rounds.chaos; round++) {
      const type = random.pick(['everyday', 'worst'] as const)
      const asked = stage.site.start({ type, aheadMs: later(type === 'everyday' ? hourMs : 0) }, stage.names())
      await Promise.race([stage.site.gate.passed(type === 'everyday' ? 1 : 1 + random.below(tabCount - 1)), asked.answers])
      await chaos.strike(asked)
      const answers = await asked.answers
      expect([...answers.values()].flatMap(({ error }) => error ?? [])).toEqual([])
      expect(sinceThen()).toMatchObject({ refusals: 0, revocations: 0 })
    }
    await expectAllSignedIn()
    say(`${JSON.stringify(chaos.count)}, ${sinceThen().refreshes} refreshes`)
  })

  it('after eight hours of sleep, 50 requests of each tab need one refresh', async () => {
    const answers = await stage.site.ask({ type: 'call', aheadMs: later(8 * hourMs), times: 50 }, stage.names())
    const statuses = [...answers.values()].flatMap((answer) => answer.statuses ?? [])
    expect(statuses.filter((status) => status === 200).length).toBe(tabCount * 50)
    expect(sinceThen()).toEqual({ refreshes: 1, refusals: 0, revocations: 0 })
    await expectAllSignedIn()
  })

  it('offline for a minute when a refresh is due: still signed in, after few attempts', async () => {
    const { site } = stage
    Object.assign(site.settings, { speed: 20, sinceAt: Date.now() })
    for (const tab of stage.names()) await stage.turn(tab, (each) => each.reload())
    const [someone] = stage.tabs.values()
    const now = async (): Promise<number> => Number(await someone?.evaluate('window.app.now()'))
    site.gate.refuse(true)
    const attemptsBefore = site.gate.refused
    await site.ask({ type: 'begin', aheadMs: later(hourMs) }, stage.names())
    await engine.setOffline?.(true)
    const startedAt = await now()
    await until('a minute has passed', async () => (await now()) >= startedAt + 60_000)
    await engine.setOffline?.(false)
    site.gate.refuse(false)
    const reports = await site.ask({ type: 'everyday', aheadMs: site.settings.aheadMs }, stage.names())
    expect([...reports.values()].flatMap(({ error }) => error ?? [])).toEqual([])
    await expectAllSignedIn()
    const sent = [...reports.values()].reduce((sum, report) => sum + (report.sent ?? 0), 0)
    say(`offline for a minute: ${sent} attempts of ${tabCount} tabs, ${site.gate.refused - attemptsBefore} came as far as the server`)
    expect(sinceThen()).toEqual({ refreshes: 1, refusals: 0, revocations: 0 })
    expect(sent).toBeLessThan(tabCount * 15)
    Object.assign(site.settings, { speed: 1, aheadMs: site.settings.aheadMs + hourMs })
  })

  it(`a logout reaches all tabs, ${rounds.logouts} times`, async () => {
    const { site } = stage
    const latencies: number[] = []
    for (let round = 0; round < rounds.logouts; round++) {
      const names = stage.names()
      const by = names[round % names.length] ?? ''
      const others = names.filter((other) => other !== by)
      const stored = (await site.ask({ type: 'renew', by }, [by])).get(by)?.stored ?? []
      const copies = await site.ask({ type: 'copy', by, stored }, others)
      expect([...copies.values()].map(({ status }) => status)).toEqual(others.map(() => 'authenticated'))
      const answers = await site.ask({ type: 'logout', by }, names)
      const calledAt = answers.get(by)?.at ?? 0
      for (const other of others) latencies.push((answers.get(other)?.at ?? Infinity) - calledAt)
    }
    latencies.sort((one, another) => one - another)
    const quantile = (part: number): number => latencies[Math.ceil(part * latencies.length) - 1] ?? Infinity
    say(`logout: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, longest ${quantile(1)} ms, ${latencies.length} times`)
    expect(quantile(0.99)).toBeLessThan(200)
  })

}
