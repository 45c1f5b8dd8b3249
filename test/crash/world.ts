import { createHash } from 'node:crypto'
import { createBrowser, createTokenEndpoint, type Tab, type VisitEnvironment } from '@tessera-auth/testing'
import { createCrashAuth } from './crashAuth.ts'
import { createHalves, type Halves } from './halves.ts'
import { createMoments, type Moments } from './moments.ts'
import { createPage, type Page, type Scene } from './page.ts'

/** Ten minutes: a page that was frozen for as long finds its token expired. */
export const lifetimeMs = 600_000

/** Under which a tab keeps its session. */
export const tokensKey = 'tessera:default:tokens'

export type CrashTab = Tab<Page>

/** A browser whose tabs share a session, and the strict server of it. */
export interface World extends Scene {
  readonly halves: Halves
  readonly moments: Moments
  /** Keys of the circles that tabs were in. */
  readonly keys: Set<string>
  /** How many tabs share the session from the start. */
  readonly tabCount: number
  /** Whether pages that load begin by themselves, as an app does. */
  boots: boolean
  readonly tab: (id: number) => CrashTab
  /** Tabs whose page is not gone. */
  readonly live: () => readonly CrashTab[]
  /** Another tab than this one: the next, or where there is but one a duplicate of it. */
  readonly elsewhere: (id: number) => CrashTab
}

/** Opens so many tabs that share the session of Alice. */
export async function createWorld(tabCount: number): Promise<World> {
  hashAtOnce()
  const endpoint = createTokenEndpoint({ lifetimeMs })
  const halves = createHalves()
  const browser = createBrowser({ network: endpoint.answer })
  const moments = createMoments(browser, halves)
  const tabs: CrashTab[] = []
  const load = (environment: VisitEnvironment): Page => {
    const tab = (): CrashTab | undefined => tabs.find((each) => each.environment === environment)
    const auth = createCrashAuth(halves.halving(environment, () => tab()?.id ?? 0))
    const isLive = (): boolean => tab()?.isAlive === true
    const page = createPage({ auth, world, isLive, tab: () => tab()?.id ?? 0, handlesCallbacks: () => (tab()?.id ?? 0) <= tabCount })
    // When it is known which tab this is.
    if (world.boots) queueMicrotask(page.boot)
    return page
  }
  const world: World = {
    browser,
    endpoint,
    halves,
    moments,
    problems: [],
    told: [],
    calls: [],
    keys: new Set(),
    tabCount,
    boots: false,
    tab(id) {
      const found = tabs.find((tab) => tab.id === id)
      if (found === undefined) throw new Error(`There is no tab ${id}.`)
      return found
    },
    live: () => tabs.filter(({ isAlive }) => isAlive),
    elsewhere(id) {
      const other = tabs.find((tab) => tab.id !== id && tab.isAlive)
      if (other !== undefined) return other
      const copy = world.tab(id).duplicate()
      tabs.push(copy)
      return copy
    },
  }
  const first = browser.openTab(load)
  tabs.push(first)
  await first.app.auth.login('home', { email: 'alice', password: 'secret' })
  await browser.settle()
  while (tabs.length < tabCount) tabs.push(first.duplicate())
  await Promise.all(tabs.map(({ app }) => app.auth.ready))
  await browser.settle()
  return world
}

/** Web Crypto works in real time, which no step of virtual time waits for. */
function hashAtOnce(): void {
  crypto.subtle.digest = async (_, data) => {
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
    return new Uint8Array(createHash('sha256').update(bytes).digest()).buffer
  }
}
