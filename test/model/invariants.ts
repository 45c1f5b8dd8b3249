import { hasLeft } from './judgeState.ts'
import { checkAlive } from './loadedPage.ts'
import type { LoadedPage } from './pageLog.ts'
import { isSecret, textOf } from './secrets.ts'
import type { World } from './world.ts'

/** Longest that anything of the library may take while its page runs: locks, a refresh, its commit, all at their deadlines. */
const longestMs = 120_000

/** After every command, in every page that is not gone. */
export function checkWorld(world: World): void {
  const { oracle, browser, ledger, pages } = world
  for (const page of pages) if (!page.isGone) checkPage(world, page)
  // INV-12.
  for (const { what, page, askedAt, isSettled } of world.promised) {
    const isLate = !isSettled && isRunning(world, page) && browser.now() - Math.max(askedAt, page.resumedAt) > longestMs
    if (isLate) oracle.violate('INV-12', `${what} in page ${page.id} takes more than ${longestMs} ms`)
  }
  // INV-7 INV-22.
  for (const record of browser.records.values()) {
    if (isSecret(textOf(record), ledger)) oracle.violate('INV-7', 'a secret in the database')
  }
  // INV-11.
  const passwords = world.endpoint.requests.flatMap(({ kind, body }) => (kind === 'login' ? [body['password']] : []))
  if (new Set(passwords).size < passwords.length) oracle.violate('INV-11', 'a password was sent twice')
}

export function isRunning({ tabs }: World, page: LoadedPage): boolean {
  return tabs.some((tab) => tab.app === page && tab.state === 'running')
}

function checkPage(world: World, page: LoadedPage): void {
  const { oracle, ledger } = world
  const { store, tokens } = page.auth
  const state = store.getState()
  // INV-19.
  if (state !== page.lastState) oracle.violate('INV-19', `page ${page.id} has a state that nobody heard of`)
  if (store.getInitialState().status !== 'loading') oracle.violate('INV-19', 'the initial state has changed')
  if (isSecret(textOf([state, page.auth.refreshStore.getState(), page.auth.lastSignOut]), ledger)) oracle.violate('INV-22', 'a secret in a store')
  // A login that was being stored goes on to be, and nobody hears of it.
  if (page.isDisposed) return
  const { current } = tokens
  // INV-25.
  // While a login is being stored, the session before it is neither shown nor of use.
  const isChanging = state.pending !== null && tokens.isSetting
  if (!isChanging && state.status !== 'loading' && (state.status === 'authenticated') !== (current !== null)) {
    oracle.violate('INV-25', `page ${page.id} is ${state.status} with${current === null ? 'out' : ''} tokens`)
  }
  if (current === null) return checkSignedOut(world, page)
  // INV-24.
  if (current.generation < page.generation) oracle.violate('INV-24', `page ${page.id} went back from generation ${page.generation} to ${current.generation}`)
  page.generation = current.generation
  checkShown(world, page)
}

/** INV-4 INV-6 INV-8 INV-24. */
function checkShown({ oracle }: World, page: LoadedPage): void {
  const { subject, accessToken, refreshToken, method } = page.auth.tokens.current!.tokens
  const told = oracle.told.get(accessToken ?? '')
  if (told === undefined) return oracle.violate('INV-8', `page ${page.id} shows a token that no answer had`)
  const state = page.auth.store.getState()
  if (state.status === 'authenticated' && (state.method !== method || state.user.sub !== subject)) oracle.violate('INV-25', `page ${page.id} shows ${state.method} and ${state.user.sub} for ${method} and ${subject}`)
  if (told.subject !== subject) oracle.violate('INV-8', `page ${page.id} shows a token of ${told.subject} for ${subject}`)
  page.firstSeen.set(accessToken ?? '', page.firstSeen.get(accessToken ?? '') ?? page.environment.clock.now().elapsedMs)
  oracle.circles.get(oracle.circleOf.get(told.family) ?? '')?.members.add(page)
  if (hasLeft(oracle, page, told.family)) oracle.violate('INV-6', `page ${page.id} shows family ${told.family}, which it has left`)
  const rotation = oracle.rotations.find(({ next }) => next === refreshToken)
  const isHandedOut = oracle.handedOut.has(rotation?.spent ?? '')
  if (rotation !== undefined && rotation.durableTick === null && !rotation.isKept && !isHandedOut && !page.isDegraded) {
    oracle.violate('INV-4', `page ${page.id} shows what nothing has stored`)
  }
  const order = oracle.endpoint.families[told.family - 1]?.refreshTokens.indexOf(refreshToken ?? '') ?? -1
  if (page.order?.family === told.family && order < page.order.index && !page.isDegraded && !oracle.wasLedgerBrokenSince(page.loadedTick)) {
    oracle.violate('INV-24', `page ${page.id} went back to an older refresh token`)
  }
  page.order = { family: told.family, index: order }
}

/** INV-7: of whoever is signed out, nothing is left in the tab. */
function checkSignedOut({ oracle, tabs, ledger, setup }: World, page: LoadedPage): void {
  const state = page.auth.store.getState()
  const tab = tabs.find(({ app }) => app === page)
  if (state.status !== 'unauthenticated' || page.isStorageBroken || page.isDisposed || tab === undefined) return
  if (setup.storage === 'session' && page.auth.tokens.isSetting) return
  const text = [...tab.sessionStorage].flat().join()
  if (isSecret(text, ledger)) oracle.violate('INV-7', `page ${page.id} is signed out, and its storage has ${text.slice(0, 200)}`)
}

/** INV-2 INV-8: what `getAccessToken()` gave is alive, and of whoever is signed in. */
export function checkGiven({ oracle }: World, page: LoadedPage, given: { readonly token: string; readonly marginMs?: number | undefined }): void {
  const { token } = given
  if (page.isGone) return
  const told = oracle.told.get(token)
  const subject = page.auth.tokens.current?.tokens.subject
  if (told === undefined || told.subject !== subject) oracle.violate('INV-8', `page ${page.id} was given a token of ${told?.subject} while ${subject} is signed in`)
  if (told !== undefined && hasLeft(oracle, page, told.family)) oracle.violate('INV-6', `page ${page.id} was given a token of family ${told.family}, which it has left`)
  checkAlive(oracle, page, given)
}
