import { isDeepStrictEqual } from 'node:util'
import type { BrowserContext } from 'playwright'
import { until } from '../until.ts'
import { attach, type Census, type Meter } from './meter.ts'

/** A tab, and what was measured and heard of it. */
export interface Watched {
  readonly name: string
  readonly meter: Meter
  readonly samples: Sample[]
  /** How often it got new tokens: by itself, or from another tab. */
  readonly count: { refreshed: number; adopted: number }
  /** Whatever else its auth told. */
  readonly trouble: string[]
}

interface Sample {
  /** Milliseconds since the beginning. */
  readonly at: number
  /** Refreshes of all tabs until then. */
  readonly refreshes: number
  readonly heap: number
  readonly objects: number
}

interface Watch {
  readonly tabs: readonly Watched[]
  /** Resolves when each tab has got new tokens once more. */
  readonly round: () => Promise<void>
  /** Waits until no tab does anything, and each has the same open; gives what that is. With an expectation, until it is so. */
  readonly rest: (expected?: Census) => Promise<Census>
}

export async function watch(context: BrowserContext, names: readonly string[]): Promise<Watch> {
  const missing = new Set<string>()
  let onRenewed = (): void => {}
  const hear = (tab: Omit<Watched, 'meter'>, told: string): void => {
    if (told !== 'refreshed' && told !== 'adopted') return void tab.trouble.push(told)
    tab.count[told]++
    missing.delete(tab.name)
    onRenewed()
  }

  const tabs = await Promise.all(names.map(async (name): Promise<Watched> => {
    const tab = { name, samples: [], count: { refreshed: 0, adopted: 0 }, trouble: [] }
    const meter = await attach(context, name, (told) => hear(tab, told))
    await meter.evaluate(`(${listen.toString()})()`)
    return { ...tab, meter }
  }))
  return {
    tabs,
    async round() {
      for (const name of names) missing.add(name)
      while (missing.size > 0) await new Promise<void>((resolve) => void (onRenewed = resolve))
    },
    async rest(expected) {
      let found: readonly Census[] = []
      let before: Census | undefined
      // A tab is asked several things one after another, and may begin something in between: once is not enough.
      const isSame = (): boolean => found.every((each) => isDeepStrictEqual(each, expected ?? before))
      await until('all tabs rest', async () => {
        before = found[0]
        found = await Promise.all(tabs.map(({ meter }) => meter.census()))
        return isSame() && found.every(({ locks, connections }) => locks === 0 && connections === 0)
      }).catch((error: unknown) => {
        throw new Error(`All tabs should have the same open: ${JSON.stringify(found)}`, { cause: error })
      })
      const [first] = found
      if (first === undefined) throw new Error('There are no tabs.')
      return first
    },
  }
}

/** Runs in the page. */
function listen(): void {
  const auth = window.app.auth()
  auth.inspect(({ type }) => (type === 'refresh_started' ? undefined : window.say(type)))
  auth.store.subscribe(() => {
    const { status } = auth.store.getState()
    if (status !== 'authenticated') window.say(status)
  })
}
