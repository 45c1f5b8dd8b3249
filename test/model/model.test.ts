import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { commandArbitraries } from './commands.ts'
import { endWorld } from './ending.ts'
import { createWorld, type Setup } from './world.ts'

const { MODEL_RUNS = '250', MODEL_SEED = '1', MODEL_PATH, MODEL_REPLAY, MODEL_NO_SHRINK } = process.env

const setups: fc.Arbitrary<Setup> = fc.record({
  seed: fc.nat(1_000_000),
  isSlow: fc.boolean(),
  lifetimeMs: fc.constantFrom(60_000, 300_000, 3_600_000),
  kind: fc.constantFrom('session', 'session', 'memory', 'both'),
}).map(({ kind, ...setup }) => ({ ...setup, storage: kind === 'memory' ? 'memory' : 'session', shareAcrossTabs: kind !== 'session' }))

const unhandled: unknown[] = []
const onUnhandled = (error: unknown): void => void unhandled.push(error)

beforeAll(() => {
  process.on('unhandledRejection', onUnhandled)
  // The real one takes real time, which virtual time cannot wait for, and a replay would not be the same.
  vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (_, data) => new Uint8Array(createHash('sha256').update(data as Uint8Array).digest()).buffer)
})
afterAll(() => {
  process.off('unhandledRejection', onUnhandled)
  vi.restoreAllMocks()
})

test('INV-1 to INV-9, INV-11 to INV-25: tabs, faults and people in any order', { timeout: 24 * 3_600_000 }, async () => {
  const beganAt = performance.now()
  const counts = { sequences: 0, commands: 0, refreshes: 0, tabs: 0, reuses: 0 }
  const commands = fc.commands(commandArbitraries, { maxCommands: 60, size: 'max', ...(MODEL_REPLAY !== undefined && { replayPath: MODEL_REPLAY }) })
  const property = fc.asyncProperty(setups, commands, async (setup, sequence) => {
    const world = createWorld(setup)
    world.open(true)
    await fc.asyncModelRun(() => ({ model: { tabs: 1 }, real: world }), sequence)
    await endWorld(world)
    await Promise.resolve()
    if (unhandled.length > 0) world.oracle.violate('INV-12', `unhandled: ${String(unhandled.splice(0).map((error) => (error instanceof Error ? error.stack : error)))}`)
    counts.sequences++
    counts.commands += world.commands
    counts.refreshes += world.endpoint.count('refresh')
    counts.tabs = Math.max(counts.tabs, world.tabs.length)
    counts.reuses += world.endpoint.reuses()
    if (world.oracle.violations.length > 0) throw new Error(world.oracle.violations.join('\n'))
  })
  const seed = Number(MODEL_SEED)
  const details = await fc.check(property, { numRuns: Number(MODEL_RUNS), seed, endOnFailure: MODEL_NO_SHRINK !== undefined, ...(MODEL_PATH !== undefined && { path: MODEL_PATH }) })
  const seconds = Math.round((performance.now() - beganAt) / 1000)
  const { sequences, commands: run, refreshes, reuses } = counts
  console.log(`model: seed ${seed}, ${sequences} sequences, ${run} commands, ${refreshes} refreshes, ${reuses} tokens used again after a lost answer, ${seconds} s`)
  const shown = details.counterexample?.map((part) => fc.stringify(part)).join('\n') ?? ''
  const replay = /replayPath=("[^"]*")/.exec(shown)?.[1] ?? '""'
  const why = details.errorInstance instanceof Error ? details.errorInstance.message : ''
  const again = `MODEL_SEED=${details.seed} MODEL_PATH=${details.counterexamplePath} MODEL_REPLAY=${replay} pnpm test:model`
  expect(details.failed, `${why}\n${shown}\nReplay: ${again}`).toBe(false)
})
