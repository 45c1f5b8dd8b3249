import { checkGiven, checkWorld } from './invariants.ts'
import type { LoadedPage } from './pageLog.ts'
import type { World } from './world.ts'

/** INV-12 INV-14 INV-18: once nothing goes wrong any more and time has passed, all tabs of a circle agree, and nothing remains of a page that was disposed of. */
export async function endWorld(world: World): Promise<void> {
  const { browser, oracle } = world
  heal(world)
  for (const tab of world.tabs) tab.wake('visible')
  for (const ms of [1_000, 30_000, 90_000, 420_000]) {
    await browser.advance(ms)
    checkWorld(world)
  }
  for (const tab of world.tabs) tab.wake('visible')
  await browser.advance(1_000)
  const live = world.tabs.filter(({ state, app }) => state === 'running' && !app.isDisposed).map(({ app }) => app)
  await Promise.all(live.map((page) => askAtLast(world, page)).concat(browser.advance(60_000)))
  checkWorld(world)
  for (const page of live) checkConverged(world, page, live)
  for (const { what, page, isSettled } of world.promised) {
    if (!isSettled && !page.isGone) oracle.violate('INV-12', `${what} in page ${page.id} never settled`)
  }
  for (const tab of world.tabs) {
    if (tab.state === 'gone') continue
    tab.app.auth.dispose()
    tab.app.isDisposed = true
  }
  await browser.advance(60_000)
  for (const { id, state, ...tab } of world.tabs) {
    const { timers, wakes, channels, heldLocks, awaitedLocks, requests } = tab.holdings()
    const left = [...channels, ...heldLocks, ...awaitedLocks, ...requests]
    if (state !== 'gone' && (timers > 0 || wakes > 0 || left.length > 0)) oracle.violate('INV-18', `tab ${id} still has ${JSON.stringify(tab.holdings())}`)
  }
}

/** Nothing is wrong from here on. */
function heal({ browser, oracle, endpoint, scripted, lockReleases, tabs, reentries }: World): void {
  if (oracle.areLocksBroken) oracle.locksTick = oracle.tick
  if (oracle.isDatabaseBroken) oracle.ledgerTick = oracle.tick
  oracle.areLocksBroken = false
  oracle.isDatabaseBroken = false
  browser.inflict({ withoutLocks: false, lockNeverGranted: false, withoutDatabase: false, databaseHangs: false, withoutChannels: false, messageLoss: 0, messageDuplication: 0, messageReordering: 0 })
  scripted.clear()
  reentries.length = 0
  lockReleases.splice(0).forEach((release) => release())
  Object.assign(endpoint.settings, { rotation: true, graceMs: 0 })
  browser.goOnline()
  for (const tab of tabs) {
    tab.setStorage('works')
    tab.thaw()
    tab.comeBack()
    tab.show()
    tab.app.resumedAt = browser.now()
    if (tab.state === 'running' && !tab.app.isDisposed) tab.app.auth.start()
  }
}

/** With a server that works, whoever is signed in gets a token. */
async function askAtLast(world: World, page: LoadedPage): Promise<void> {
  const token = await world.promise(page, 'getAccessToken', page.auth.getAccessToken())
  if (token !== null) checkGiven(world, page, { token })
  else if (page.auth.tokens.current !== null) world.oracle.violate('INV-12', `page ${page.id} is signed in, and gets no token: ${JSON.stringify(page.auth.tokens.status)}`)
}

/** INV-14: the same person, login and token in all tabs of a circle, which is what the ledger has. */
function checkConverged({ oracle, ledger, browser, endpoint }: World, page: LoadedPage, live: readonly LoadedPage[]): void {
  const { current } = page.auth.tokens
  if (current === null) return
  const { refreshToken, accessToken } = current.tokens
  const family = oracle.told.get(accessToken ?? '')?.family ?? 0
  const circle = oracle.circleOf.get(family)
  const log = oracle.circles.get(circle ?? '')
  const isTainted = page.isDegraded || log === undefined || oracle.hasLostSiteData || [...log.members].some(({ isDegraded }) => isDegraded)
  if (isTainted || circle === undefined) return
  const entry = ledger.entry(browser, circle)
  if (entry?.refreshToken !== (refreshToken ?? null) || entry?.accessToken !== accessToken) {
    return oracle.violate('INV-14', `page ${page.id} is at generation ${current.generation} of family ${family}, the ledger at ${entry?.generation}${entry?.isOver === true ? ', over' : ''}`)
  }
  const rotation = oracle.rotations.find(({ spent }) => spent === refreshToken)
  if (endpoint.families[family - 1]?.isAlive === true && rotation !== undefined && !oracle.isLost(rotation)) {
    oracle.violate('INV-14', `page ${page.id} holds a refresh token that was replaced`)
  }
  for (const other of live) {
    const theirs = other.auth.tokens.current
    if (other !== page && log.members.has(other) && theirs !== null && oracle.circleOf.get(oracle.told.get(theirs.tokens.accessToken ?? '')?.family ?? 0) === circle && theirs.tokens.accessToken !== accessToken) {
      oracle.violate('INV-14', `pages ${page.id} and ${other.id} differ`)
    }
  }
  // A later login in the same circle is not meant by a sign-out of the one before.
  const left = oracle.loggedOut.findLast(({ families }) => families.includes(family))
  if (left !== undefined && left.tick > (oracle.begunTicks.get(family) ?? 0) && live.includes(left.page)) {
    oracle.violate('INV-6', `page ${page.id} is signed in although page ${left.page.id} signed out of its circle afterwards`)
  }
}
