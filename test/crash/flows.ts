import { lifetimeMs, type CrashTab, type World } from './world.ts'

/** Something that tabs do, and in the middle of which something else happens. */
export interface Flow {
  /** Gets everything ready. */
  readonly prepare: (world: World) => Promise<void>
  /** Begins; nothing is awaited. */
  readonly run: (world: World) => void
  /** Who may be signed in afterwards, beside Alice: the login of whom this is. */
  readonly person?: string
  /** What the tabs have was replaced already, as only the ledger knows. */
  readonly isBehind?: boolean
}

const all = (world: World, act: (tab: CrashTab) => void): void => world.live().forEach(act)

export const flows: Readonly<Record<string, Flow>> = {
  /** All tabs need a token, and the one they have has expired. */
  refresh: {
    prepare: (world) => world.browser.advance(lifetimeMs),
    run: (world) => all(world, ({ app }) => void app.token()),
  },
  /** All tabs refresh a token that would still do. */
  refreshAhead: {
    prepare: (world) => world.browser.advance(lifetimeMs / 2),
    run: (world) => all(world, ({ app }) => void app.call('refresh', () => app.auth.tokens.refresh())),
  },
  /** The first tab comes back from a provider, as somebody else than who was signed in. */
  callback: {
    person: 'bob',
    async prepare(world) {
      const tab = world.tab(1)
      await tab.app.auth.login('work')
      const { searchParams } = new URL(tab.departures.at(-1) ?? '')
      tab.navigate(`/callback?code=${world.endpoint.issueCode('bob')}&state=${searchParams.get('state')}`)
      await tab.app.auth.ready
      await world.browser.settle()
    },
    run: (world) => void world.tab(1).app.call('handleCallback', () => world.tab(1).app.auth.handleCallback()),
  },
  logout: {
    prepare: (world) => world.browser.advance(1000),
    run: (world) => logOut(world.tab(1)),
  },
  /** The first tab signs in as somebody else. */
  login: {
    person: 'bob',
    prepare: (world) => world.browser.advance(1000),
    run: (world) => logIn(world.tab(1), 'bob'),
  },
  /** All tabs are loaded with what they had before the last refresh, as after a crash in the middle of it. */
  restore: {
    isBehind: true,
    async prepare(world) {
      await world.browser.advance(lifetimeMs / 2)
      const before = world.live().map((tab) => ({ tab, items: [...tab.sessionStorage] }))
      await world.tab(1).app.auth.tokens.refresh()
      await world.browser.settle()
      for (const { tab, items } of before) {
        tab.crash()
        for (const [key, value] of items) tab.sessionStorage.set(key, value)
      }
    },
    run(world) {
      for (let id = 1; id <= world.tabCount; id++) {
        const tab = world.tab(id)
        tab.reload()
        void tab.app.token()
      }
    },
  },
}

export function logOut({ app }: CrashTab): void {
  void app.call('logout', () => app.auth.logout())
}

export function logIn({ app }: CrashTab, email: string): void {
  void app.call(`login ${email}`, () => app.auth.login('home', { email, password: 'secret' }))
}
