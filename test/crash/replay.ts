import { checkAfterDispose, checkRest, checkSettled, createLedgerCheck } from './checks.ts'
import { flows } from './flows.ts'
import { injections } from './injections.ts'
import type { Moment } from './moments.ts'
import type { Run } from './run.ts'
import { createWorld, tokensKey, type World } from './world.ts'

/** Where something is injected into what. */
export interface Point {
  readonly flow: string
  readonly tabs: number
  readonly step: number
  /** How many turns of the queue of promises later. */
  readonly turn: number
  readonly injection: string
}

const minuteMs = 60_000

/** Runs a flow without anything in its way. */
export async function rehearse(flow: string, tabs: number): Promise<readonly Moment[]> {
  const { world } = await begin({ flow, tabs, step: -1, turn: 0, injection: 'reload' }, null)
  await world.browser.settle()
  return [...world.moments.all]
}

/** Runs it with something in its way, lets it all settle, and gives what was wrong. */
export async function replay(point: Point, expected: Moment): Promise<readonly string[]> {
  const run = await begin(point, expected)
  const { world, injection, step } = run
  const { browser } = world
  const struck = world.moments.all[step] ?? expected
  await browser.settle()
  await browser.advance(minuteMs)
  for (const { app, state } of world.live()) if (state === 'running') void app.token()
  await browser.advance(9 * minuteMs)
  injection.heal?.(world, struck.tab)
  await browser.advance(minuteMs / 6)
  // A page that is back has caught up before anybody asks it for anything.
  if (injection.isBetweenTasks === true) checkRest(run)
  for (const { app } of world.live()) void app.token()
  await browser.advance(2 * minuteMs)
  checkSettled(run)
  await browser.advance(120 * minuteMs)
  for (const tab of world.live()) tab.wake('visible')
  for (const { app } of world.live()) void app.token()
  await browser.advance(minuteMs)
  checkRest(run)
  for (const { app } of world.live()) app.auth.start()
  await browser.advance(12 * minuteMs)
  for (const { app } of world.live()) void app.token()
  await browser.advance(minuteMs)
  checkSettled(run)
  checkRest(run)
  for (const { app } of world.live()) app.auth.dispose()
  await browser.settle()
  checkAfterDispose(run)
  return world.problems
}

async function begin({ flow: name, tabs, step, turn, injection: kind }: Point, expected: Moment | null): Promise<Run> {
  const [flow, injection] = [flows[name], injections[kind]]
  if (flow === undefined || injection === undefined) throw new Error(`There is no flow ${name}, or no injection ${kind}.`)
  const world = await createWorld(tabs)
  await flow.prepare(world)
  world.boots = true
  const strikeAfter = (turns: number, tab: number): void => {
    if (turns > 0) queueMicrotask(() => strikeAfter(turns - 1, tab))
    else injection.strike(world, tab)
  }
  noteKeys(world)
  const lookAtLedger = createLedgerCheck(world)
  world.moments.begin((moment, index) => {
    if (moment.name === 'database.committed' && moment.phase === 'after') lookAtLedger()
    if (moment.name === 'storage.set' && moment.phase === 'after') noteKeys(world)
    if (index !== step) return
    if (describe(moment) !== (expected && describe(expected))) world.problems.push(`this run is not like the one before: ${describe(moment)}`)
    strikeAfter(turn, moment.tab)
  })
  flow.run(world)
  return { world, flow, injection, step }
}

/** Keys of circles are as secret as tokens. */
function noteKeys(world: World): void {
  for (const { sessionStorage } of world.live()) {
    const [, key] = /"key":"([\w-]{43})"/.exec(sessionStorage.get(tokensKey) ?? '') ?? []
    if (key !== undefined) world.keys.add(key)
  }
}

export function describe({ name, phase, tab }: Moment): string {
  return `${phase} ${name} in tab ${tab}`
}
