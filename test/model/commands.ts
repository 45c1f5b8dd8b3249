import { answers, type Answer, type RequestKind, type Tab } from '@tessera-auth/testing'
import fc from 'fast-check'
import { checkGiven, checkWorld } from './invariants.ts'
import { appOrigin } from './loadedPage.ts'
import type { LoadedPage } from './pageLog.ts'
import { tokensKey, type World } from './world.ts'

/** What the generator may know: only how many tabs there can be. */
export interface Plan {
  tabs: number
}

interface Step {
  readonly name: keyof typeof effects
  readonly tab: number
  readonly arg: number
  readonly pauseMs: number
}

type Effect = (world: World, tab: Tab<LoadedPage>, arg: number) => unknown

const mostTabs = 8
const people = ['ada', 'bob']

/** One step of a sequence: what happens, and how long until the next. */
export class Command implements fc.AsyncCommand<Plan, World> {
  readonly step: Step

  constructor(step: Step) {
    this.step = step
  }

  check(): boolean {
    return true
  }

  async run(_: Plan, world: World): Promise<void> {
    const { name, tab: index, arg, pauseMs } = this.step
    const open = world.tabs.filter(({ state }) => state !== 'gone')
    const tab = open[index % Math.max(1, open.length)]
    if (tab === undefined) world.open(true)
    else await effects[name](world, tab, arg)
    await world.browser.advance(pauseMs)
    world.commands++
    checkWorld(world)
    if (world.oracle.violations.length > 0) throw new Error(world.oracle.violations.join('\n'))
  }

  toString(): string {
    const { name, tab, arg, pauseMs } = this.step
    return `${name}(${tab}, ${arg}) +${pauseMs}ms`
  }
}

const pick = <T>(from: readonly T[], arg: number): T => from[arg % from.length]!

const tokensWith = (members: Readonly<Record<string, unknown>>): Answer => answers.twisted({ members })

/** An answer of a server that does not rotate this once. */
const unrotated = (members: Readonly<Record<string, unknown>>, { endpoint: { settings } }: World): Answer => ({ commit }) => {
  const { rotation } = settings
  settings.rotation = false
  const response = commit({ members })
  settings.rotation = rotation
  return response
}

const faultyAnswers: readonly ((world: World) => Answer)[] = [
  (world) => unrotated({ refresh_token: undefined }, world),
  (world) => unrotated({ refresh_token: null }, world),
  () => answers.twisted({ subject: 'eve' }),
  () => tokensWith({ scope: 'read' }),
  () => tokensWith({ expires_in: undefined }),
  () => tokensWith({ expires_in: 'soon' }),
  () => tokensWith({ expires_in: -5 }),
  () => tokensWith({ expires_in: 2 }),
  () => answers.error('invalid_grant'),
  () => answers.error('invalid_client'),
  () => answers.status(401),
  () => answers.status(403),
  () => answers.status(408),
  () => answers.rateLimited(30_000),
  () => answers.status(500),
  () => answers.status(503, { 'retry-after': '20' }),
  () => answers.html(),
  () => answers.empty(),
  () => answers.truncated(),
  () => answers.slow(3_000),
  () => answers.slow(60_000),
  () => answers.hang(),
  () => answers.stalled(),
  () => answers.resetBeforeCommit(),
  () => answers.resetAfterCommit(),
  () => answers.redirect('https://evil.example/'),
  () => answers.hiddenByCors(),
]

/** Those after which nothing is lost: a session survives them, whatever else happens. */
const harmlessAnswers: readonly ((world: World) => Answer)[] = [
  (world) => unrotated({ refresh_token: undefined }, world),
  () => answers.status(503),
  () => answers.status(408),
  () => answers.rateLimited(5_000),
  () => answers.slow(3_000),
  () => answers.resetBeforeCommit(),
]

const script = (world: World, kind: RequestKind, answer: Answer): void => {
  world.scripted.set(kind, [...(world.scripted.get(kind) ?? []), answer])
}

/** Notes that a page is about to lose what it was doing. */
const end = (world: World, { app }: Tab<LoadedPage>): void => {
  app.isGone = true
  for (const flight of world.oracle.flights) if (flight.page === app) world.oracle.flights.delete(flight)
}

const login = (world: World, page: LoadedPage, subject: string): void => {
  const input = { email: subject, password: `canary-${++world.logins}` }
  page.asks++
  void world.promise(page, 'login', page.auth.login('home', input))
}

const loginByToken = async (world: World, page: LoadedPage, subject: string): Promise<void> => {
  const request = new Request(`${appOrigin}/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: subject, password: `canary-${++world.logins}` }) })
  const response = await world.endpoint.answer(request, { now: world.browser.now, wait: () => Promise.resolve() })
  if (!response.ok) return
  const { refresh_token: refreshToken } = (await response.json()) as { readonly refresh_token: string }
  world.oracle.begunTicks.set(world.endpoint.families.length, world.oracle.tick)
  world.oracle.handedOut.add(refreshToken)
  page.asks++
  void world.promise(page, 'login', page.auth.login('token', { refreshToken }))
}

const logout = (world: World, page: LoadedPage): void => {
  const { oracle } = world
  if (page.isDisposed) return
  const isLooking = page.auth.store.getState().status === 'loading'
  const { wallAt } = page.environment.clock.now()
  // Whoever signs in in the same millisecond elsewhere has done so since.
  const isOfNow = (family: number | null): boolean => oracle.isSharing && [...oracle.told.values()].some((told) => told.family === family && told.receivedWallAt === wallAt)
  const stored = isLooking && !isOfNow(page.storedFamily) ? page.storedFamily : null
  const now = oracle.told.get(page.auth.tokens.current?.tokens.accessToken ?? '')?.family
  const families = [page.shownFamily, stored, now].filter((family) => family != null)
  for (const family of [...families, ...page.obtained]) page.forgotten.add(family)
  oracle.loggedOut.push({ families, subjects: families.map((family) => oracle.subjectOf(family) ?? ''), tick: oracle.tick, page })
  void world.promise(page, 'logout', page.auth.logout())
}

const ask = (world: World, page: LoadedPage, minValidityMs?: number): void => {
  page.asks++
  const given = page.auth.getAccessToken(minValidityMs === undefined ? {} : { minValidityMs }).then((token) => checkGiven(world, page, { token, marginMs: minValidityMs === 0 ? 0 : undefined }))
  void world.promise(page, 'getAccessToken', given)
}

const refresh = (world: World, page: LoadedPage): void => {
  page.asks++
  void world.promise(page, 'refresh', page.auth.tokens.refresh())
}

const dispose = ({ oracle }: World, page: LoadedPage): void => {
  page.auth.dispose()
  page.isDisposed = true
  oracle.tick++
}

const setStorage = ({ app, setStorage: set }: Tab<LoadedPage>, condition: 'works' | 'full' | 'blocked'): void => {
  set(condition)
  if (condition !== 'works') app.isStorageBroken = true
}

const stop = ({ oracle }: World, { app }: Tab<LoadedPage>): void => void (app.stoppedTick = oracle.tick)
const resume = ({ browser }: World, { app }: Tab<LoadedPage>): void => void (app.resumedAt = browser.now())

const junk = ['', '{}', 'null', '[]', '{"version":2}', '{"version":2,"generation":1e400,"tokens":{}}', 'x'.repeat(2_000), '{"version":2,"receivedAt":1,"generation":9007199254740991,"epoch":0,"tokens":{"accessToken":"a"}}']

const effects = {
  open: (world, _, arg) => world.tabs.filter(({ state }) => state !== 'gone').length < mostTabs && world.open(arg % 5 !== 0),
  duplicate(world, tab) {
    if (world.tabs.filter(({ state }) => state !== 'gone').length >= mostTabs || tab.state !== 'running') return
    world.duplicate(tab)
  },
  close(world, tab) {
    end(world, tab)
    tab.close()
  },
  crash(world, tab, arg) {
    end(world, tab)
    tab.crash()
    if (arg % 2 === 0) world.reload(tab)
  },
  reload(world, tab) {
    if (tab.state !== 'running') return
    end(world, tab)
    world.reload(tab)
  },
  freeze(world, tab) {
    stop(world, tab)
    tab.freeze()
  },
  thaw(world, tab) {
    resume(world, tab)
    tab.thaw()
  },
  leave(world, tab) {
    stop(world, tab)
    tab.leave()
  },
  comeBack(world, tab) {
    resume(world, tab)
    tab.comeBack()
  },
  hide: (_, tab) => tab.hide(),
  show: (_, tab) => tab.show(),
  login: (world, { app, state }, arg) => state === 'running' && login(world, app, pick(people, arg)),
  loginByToken: (world, { app, state }, arg) => state === 'running' && loginByToken(world, app, pick(people, arg)),
  logout: (world, { app, state }) => state === 'running' && logout(world, app),
  ask: (world, { app, state }, arg) => state === 'running' && ask(world, app, pick([undefined, undefined, 0, 30_000, 10_000_000], arg)),
  askEverywhere: (world) => world.tabs.forEach(({ app, state }) => state === 'running' && ask(world, app)),
  refresh: (world, { app, state }) => state === 'running' && refresh(world, app),
  refreshEverywhere: (world) => world.tabs.forEach(({ app, state }) => state === 'running' && refresh(world, app)),
  fetch(world, { app, state }, arg) {
    if (state !== 'running') return
    app.asks++
    const url = pick(['/api/things', '/api/things', `${appOrigin}/api/things?x=1`, 'https://evil.example/api/things'], arg)
    void world.promise(app, 'fetch', app.auth.fetch(url, arg % 2 === 0 ? {} : { method: 'POST', body: '{}' }))
  },
  dispose: (world, tab) => dispose(world, tab.app),
  subscribe: (_, { app }) => app.auth.store.subscribe(() => {})(),
  reenter(world, _, arg) {
    const act = pick([logout, (given: World, page: LoadedPage) => login(given, page, 'bob'), ask, refresh], arg)
    world.reentries.push((page) => act(world, page))
  },
  rotation: ({ endpoint: { settings } }, _, arg) => void (settings.rotation = arg % 2 === 0),
  grace: ({ endpoint: { settings } }, _, arg) => void (settings.graceMs = pick([0, 5_000], arg)),
  answerRefresh: (world, _, arg) => script(world, 'refresh', pick(faultyAnswers, arg)(world)),
  answerRefreshHarmlessly: (world, _, arg) => script(world, 'refresh', pick(harmlessAnswers, arg)(world)),
  answerLogin: (world, _, arg) => script(world, 'login', pick(faultyAnswers, arg)(world)),
  answerApi: (world, _, arg) => script(world, 'api', pick([answers.status(401), answers.status(403), answers.redirect('https://evil.example/'), answers.slow(3_000), answers.resetAfterCommit()], arg)),
  answerLogout: (world, _, arg) => script(world, 'revoke', pick([answers.status(500), answers.hang(), answers.slow(3_000), answers.resetBeforeCommit()], arg)),
  revokeFamily: ({ endpoint }, _, arg) => endpoint.families.length > 0 && endpoint.revokeFamily((arg % endpoint.families.length) + 1),
  disableUser: ({ endpoint }, _, arg) => (arg % 3 === 0 ? endpoint.disableUser(pick(people, arg)) : people.forEach(endpoint.enableUser)),
  advance: ({ browser }, _, arg) => browser.advance(pick([1_000, 10_000, 60_000, 240_000, 600_000], arg)),
  sleep(world, _, arg) {
    world.oracle.tick++
    return world.browser.sleep(pick([60_000, 3_600_000, 8 * 3_600_000], arg)).then(() => {
      for (const { app } of world.tabs) app.resumedAt = world.browser.now()
    })
  },
  jumpWallClock({ browser, oracle }, _, arg) {
    const byMs = pick([-3_600_000, -60_000, 60_000, 3_600_000], arg)
    if (byMs < 0) oracle.clockTick = oracle.tick
    browser.setWallClock(byMs)
  },
  offline: ({ browser }) => browser.goOffline(),
  online: ({ browser }) => browser.goOnline(),
  resetConnections: ({ browser }) => browser.resetConnections(),
  fillStorage: (_, tab, arg) => setStorage(tab, pick(['full', 'blocked'], arg)),
  emptyStorage: (_, tab) => setStorage(tab, 'works'),
  clearSiteData({ browser, oracle }) {
    oracle.ledgerTick = oracle.tick++
    oracle.hasLostSiteData = true
    browser.clearSiteData()
  },
  corruptRecords({ browser, oracle }, _, arg) {
    oracle.ledgerTick = oracle.tick++
    oracle.hasLostSiteData = true
    browser.corruptRecords(pick(junk, arg))
  },
  breakLocks({ browser, oracle }, _, arg) {
    oracle.areLocksBroken = true
    browser.inflict(pick([{ withoutLocks: true }, { lockNeverGranted: true }], arg))
  },
  mendLocks({ browser, oracle }) {
    if (oracle.areLocksBroken) oracle.locksTick = oracle.tick++
    oracle.areLocksBroken = false
    browser.inflict({ withoutLocks: false, lockNeverGranted: false })
  },
  stealLock({ browser, oracle }) {
    for (const name of browser.lockHolders().keys()) {
      oracle.locksTick = oracle.tick
      browser.stealLock(name)
    }
  },
  breakDatabase({ browser, oracle }, _, arg) {
    oracle.isDatabaseBroken = true
    browser.inflict(pick([{ withoutDatabase: true }, { databaseHangs: true }], arg))
  },
  mendDatabase({ browser, oracle }) {
    if (oracle.isDatabaseBroken) oracle.ledgerTick = oracle.tick++
    oracle.isDatabaseBroken = false
    browser.inflict({ withoutDatabase: false, databaseHangs: false })
  },
  breakChannels: ({ browser }, _, arg) => browser.inflict(pick([{ withoutChannels: true }, { messageLoss: 1 }, { messageLoss: 0.5, messageDuplication: 0.5, messageReordering: 1 }], arg)),
  mendChannels: ({ browser }) => browser.inflict({ withoutChannels: false, messageLoss: 0, messageDuplication: 0, messageReordering: 0 }),
  junkMessage({ browser }, _, arg) {
    const message = pick<unknown>([null, 'news', { type: 'news', id: 'x', entry: { generation: 9e15 } }, { type: 'join', publicKey: new Uint8Array(3) }, { type: 'welcome', from: new Uint8Array(4), sealed: new Uint8Array(9) }, { type: 'left', person: 7 }], arg)
    for (const channel of ['tessera:default', tokensKey]) browser.post(channel, message)
  },
} as const satisfies Readonly<Record<string, Effect>>

/** How often what comes. Faults that take away what tabs share are rare, or nothing else would be seen. */
const weights: Readonly<Record<keyof typeof effects, number>> = {
  open: 6, duplicate: 8, close: 2, crash: 3, reload: 4, freeze: 3, thaw: 3, leave: 2, comeBack: 3, hide: 1, show: 2,
  login: 8, loginByToken: 2, logout: 4, ask: 8, askEverywhere: 4, refresh: 6, refreshEverywhere: 5, fetch: 6, dispose: 1, subscribe: 1, reenter: 2,
  rotation: 1, grace: 1, answerRefresh: 6, answerRefreshHarmlessly: 4, answerLogin: 1, answerApi: 2, answerLogout: 1, revokeFamily: 1, disableUser: 1,
  advance: 12, sleep: 2, jumpWallClock: 2, offline: 2, online: 3, resetConnections: 2, fillStorage: 1, emptyStorage: 1, clearSiteData: 1, corruptRecords: 1,
  breakLocks: 1, mendLocks: 1, stealLock: 1, breakDatabase: 1, mendDatabase: 1, breakChannels: 2, mendChannels: 2, junkMessage: 1,
}

const pauses = fc.constantFrom(0, 0, 1, 3, 10, 25, 45, 100, 400)

export const commandArbitraries = (Object.keys(weights) as (keyof typeof effects)[]).flatMap((name) => {
  const one = fc.record({ tab: fc.nat(mostTabs - 1), arg: fc.nat(53), pauseMs: pauses }).map((step) => new Command({ ...step, name }))
  return Array.from({ length: weights[name] }, () => one)
})
