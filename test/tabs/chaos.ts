import { setTimeout as pause } from 'node:timers/promises'
import { processorTicks, startedProcesses } from './processes.ts'
import type { Random } from './random.ts'
import type { Asked } from './site.ts'
import type { Stage } from './stage.ts'
import { until } from './until.ts'

/** How often each kind happened. `cached`: of the pages that were sent away, those that came back alive. */
export type ChaosCount = Record<(typeof kinds)[number] | 'cached', number>

const kinds = ['closed', 'reloaded', 'duplicated', 'stopped', 'away'] as const

/** Which process a tab is in can be found out on Linux. */
const possible = kinds.filter((kind) => kind !== 'stopped' || process.platform === 'linux')

export interface Chaos {
  readonly count: ChaosCount
  /** Does one thing, at some moment of a round under way. */
  readonly strike: (round: Asked) => Promise<void>
}

export function createChaos(stage: Stage, random: Random): Chaos {
  const { site } = stage
  const count: ChaosCount = { closed: 0, reloaded: 0, duplicated: 0, stopped: 0, away: 0, cached: 0 }

  /** Runs something that ends or freezes the page in a tab, while none of its requests is on its way and nothing waits to be written. */
  const calmly = async (name: string, round: Asked, act: () => Promise<void>): Promise<void> => {
    await site.gate.shut()
    // What was answered is written before the lock is let go; who holds it and waits at the gate has nothing to write yet.
    await until('what was answered is written', async () => (await heldLocks()) === 0 || site.gate.waiting().length > 0)
    round.excuse(name)
    const page = stage.pageIn(name)
    site.gate.banish(page)
    await act()
    site.gate.open()
  }
  const heldLocks = async (): Promise<number> => {
    const answers = await site.ask({ type: 'locks' }, ['conductor'])
    return answers.get('conductor')?.held?.length ?? 0
  }

  const acts: Record<(typeof kinds)[number], (name: string, round: Asked) => Promise<void>> = {
    async closed(name, round) {
      await calmly(name, round, () => stage.close(name))
      await stage.duplicate(random.pick(stage.names()))
    },
    reloaded: (name, round) => calmly(name, round, async () => void (await stage.turn(name, (tab) => tab.reload()))),
    async duplicated(name, round) {
      await stage.duplicate(name)
      const other = random.pick(stage.names())
      await calmly(other, round, () => stage.close(other))
    },
    async stopped(name) {
      const id = await processOf(stage, name)
      process.kill(id, 'SIGSTOP')
      // How long is part of the chaos: nothing tells that others do not wait for more.
      await pause(random.below(600))
      process.kill(id, 'SIGCONT')
    },
    async away(name, round) {
      const tab = stage.tabs.get(name)
      const elsewhere = random.pick([`${site.origin}/away`, `${site.identityOrigin}/.well-known/openid-configuration`])
      await calmly(name, round, async () => tab?.goto(elsewhere))
      await Promise.race([site.gate.passed(random.below(2)), round.answers])
      const { said, page } = await stage.turn(name, (each) => each.back())
      site.gate.letBack(page)
      if (said === 'restored') count.cached++
    },
  }
  return {
    count,
    async strike(round) {
      const kind = random.pick(possible)
      count[kind]++
      await acts[kind](random.pick(stage.names()), round)
    },
  }
}

/** Nobody tells which process a tab is in: it works until there is one that has worked much more than the others. */
async function processOf({ tabs, engine }: Stage, name: string): Promise<number> {
  const before = new Map(startedProcesses(engine.runsPages).map((id) => [id, processorTicks(id)]))
  let busiest = 0
  await until(`a process works for tab ${name}`, async () => {
    await tabs.get(name)?.evaluate('(() => { const end = performance.now() + 50; while (performance.now() < end); })()')
    const worked = [...before].map(([id, ticks]) => ({ id, ticks: processorTicks(id) - ticks }))
    const [first, second] = worked.sort((one, other) => other.ticks - one.ticks)
    busiest = first?.id ?? 0
    return (first?.ticks ?? 0) > 5 + 2 * (second?.ticks ?? 0)
  })
  return busiest
}
