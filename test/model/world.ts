import { isAuthError } from '@tessera-auth/core'
import { answers, createBrowser, createTokenEndpoint, type Answer, type Browser, type RequestKind, type Server, type Step, type Tab, type TokenEndpoint } from '@tessera-auth/testing'
import { createLedgerView, type LedgerView } from './ledgerView.ts'
import { appOrigin, loadPage } from './loadedPage.ts'
import type { LoadedPage } from './pageLog.ts'
import { createOracle, type Oracle } from './oracle.ts'
import { isSecret } from './secrets.ts'

/** How one sequence is set up. */
export interface Setup {
  readonly seed: number
  readonly storage: 'session' | 'memory'
  readonly shareAcrossTabs: boolean
  readonly isSlow: boolean
  readonly lifetimeMs: number
}

/** A promise that the app got from the library. */
export interface Promised {
  readonly what: string
  readonly page: LoadedPage
  readonly askedAt: number
  isSettled: boolean
}

/** A simulated browser with its server, and the reference that watches both. */
export interface World {
  readonly setup: Setup
  readonly browser: Browser
  readonly endpoint: TokenEndpoint
  readonly oracle: Oracle
  readonly ledger: LedgerView
  readonly pages: LoadedPage[]
  readonly tabs: Tab<LoadedPage>[]
  readonly promised: Promised[]
  /** How many were run. */
  commands: number
  /** How many were asked for. */
  logins: number
  /** What the next requests of a kind get. */
  readonly scripted: Map<RequestKind, Answer[]>
  /** What listeners do at the next state. */
  readonly reentries: ((page: LoadedPage) => void)[]
  /** Locks held from outside. */
  readonly lockReleases: (() => void)[]
  readonly open: (isStarted: boolean) => Tab<LoadedPage>
  readonly duplicate: (tab: Tab<LoadedPage>) => void
  readonly reload: (tab: Tab<LoadedPage>) => void
  /** Notes a promise of the library, and that it fails with a typed error alone. */
  readonly promise: <R>(page: LoadedPage, what: string, promise: Promise<R>) => Promise<R | null>
}

export const tokensKey = 'tessera:default:tokens'

export function createWorld(setup: Setup): World {
  const endpoint = createTokenEndpoint({ lifetimeMs: setup.lifetimeMs })
  const isFrozen = (holder: number | null): boolean => browser.tabs.some(({ id, state }) => id === holder && state === 'frozen')
  // Who waits in vain for the first lock takes the second.
  const isLockFrozen = (): boolean => [...browser.lockHolders()].some(([name, holder]) => name.endsWith(':late') && isFrozen(holder))
  const oracle = createOracle({ endpoint, isSharing: setup.shareAcrossTabs, isLockFrozen })
  const ledger = createLedgerView()
  const scripted: World['scripted'] = new Map()
  const pages: LoadedPage[] = []
  const latencies = setup.isSlow ? { networkMs: 20, lockMs: 1, databaseMs: 2, channelMs: 1 } : {}
  const browser = createBrowser({ network: serve({ endpoint, oracle, ledger, scripted, pages }), seed: setup.seed, latencies })
  const tabs: Tab<LoadedPage>[] = []
  const promised: Promised[] = []
  const reentries: World['reentries'] = []
  let isReentering = false

  const host = {
    browser: () => browser,
    oracle,
    ledger,
    pages,
    reenter(page: LoadedPage) {
      if (isReentering) return
      isReentering = true
      reentries.shift()?.(page)
      isReentering = false
    },
  }
  let opening: { readonly tab: number; readonly stored: string | null; readonly isStarted: boolean; readonly isStorageBroken: boolean } | null = null
  const load = (environment: Parameters<typeof loadPage>[1]): LoadedPage => {
    const { tab, stored, isStarted, isStorageBroken } = opening!
    const storedFamily = setup.storage === 'session' ? familyIn(stored) : null
    return loadPage(host, environment, { tab, isStarted, isStorageBroken, storedFamily, storage: setup.storage, shareAcrossTabs: setup.shareAcrossTabs })
  }
  const familyIn = (text: string | null): number | null => {
    try {
      const { tokens } = JSON.parse(text ?? '{}') as { readonly tokens?: { readonly refreshToken?: string; readonly accessToken?: string } }
      return oracle.told.get(tokens?.accessToken ?? '')?.family ?? oracle.familyOfRefreshToken(tokens?.refreshToken)
    } catch {
      return null
    }
  }
  const expectPage = ({ app, sessionStorage }: Tab<LoadedPage>, tab: number): void => {
    opening = { tab, stored: sessionStorage.get(tokensKey) ?? null, isStarted: app.isStarted, isStorageBroken: app.isStorageBroken }
  }
  browser.onStep((step) => onStep({ browser, oracle, ledger, pages }, step))

  return {
    setup,
    browser,
    endpoint,
    oracle,
    ledger,
    pages,
    tabs,
    promised,
    commands: 0,
    logins: 0,
    scripted,
    reentries,
    lockReleases: [],
    open(isStarted) {
      opening = { tab: tabs.length + 1, stored: null, isStarted, isStorageBroken: false }
      const tab = browser.openTab(load)
      tabs.push(tab)
      return tab
    },
    duplicate(tab) {
      expectPage(tab, browser.tabs.length + 1)
      tabs.push(tab.duplicate())
    },
    reload(tab) {
      expectPage(tab, tab.id)
      tab.reload()
    },
    async promise(page, what, promise) {
      const noted: Promised = { what, page, askedAt: browser.now(), isSettled: false }
      promised.push(noted)
      try {
        return await promise
      } catch (error) {
        if (!isAuthError(error) && !(what === 'fetch' && error instanceof TypeError)) oracle.violate('INV-12', `${what} rejected with ${String(error)}`)
        return null
      } finally {
        noted.isSettled = true
      }
    },
  }
}

interface Backstage {
  readonly browser: Browser
  readonly endpoint: TokenEndpoint
  readonly oracle: Oracle
  readonly ledger: LedgerView
  readonly pages: readonly LoadedPage[]
  readonly scripted: World['scripted']
}

const kinds: Readonly<Record<string, RequestKind>> = { '/login': 'login', '/refresh': 'refresh', '/logout': 'revoke', '/api/things': 'api' }

/** The strict server, whose every commit is noted. */
function serve({ endpoint, oracle, ledger, scripted, pages }: Omit<Backstage, 'browser'>): Server {
  /** Only these answers may end a session, now (INV-5) or when its token has run out. */
  const judge = async (token: string, response: Response): Promise<Response> => {
    const family = oracle.familyOfRefreshToken(token)
    if (family === null || response.status < 400 || response.status >= 500 || [408, 425, 429].includes(response.status)) return response
    const isRefusal = response.status === 401 || (await response.clone().text()).includes('invalid_grant')
    if (isRefusal) oracle.onRefused(family, 'refresh_rejected')
    else oracle.blocked.add(family)
    return response
  }
  const noting: Answer = async (exchange) => {
    const { kind, body, url } = exchange.request
    const page = pages[Number(new URL(url).searchParams.get('page')) - 1]
    const token = String(body['refresh_token'])
    const answer = scripted.get(kind)?.shift() ?? answers.ok()
    const flight = [...oracle.flights].find((each) => each.page === page && each.token === token)
    const answered = answer({
      ...exchange,
      commit(twist) {
        const before = endpoint.families.length
        const [family] = endpoint.families.filter(({ refreshTokens }) => refreshTokens.includes(token))
        const [count, reuses] = [family?.refreshTokens.length, family?.reuses]
        const response = exchange.commit(twist)
        oracle.commits++
        if (endpoint.families.length > before) {
          oracle.begunTicks.set(endpoint.families.length, oracle.tick)
          page?.obtained.add(endpoint.families.length)
        }
        if (family === undefined || kind !== 'refresh') return response
        if (page !== undefined && family.refreshTokens.length !== count) {
          const isLogin = flight === undefined && oracle.handedOut.has(token)
          if (isLogin) page.obtained.add(family.id)
          const next = family.refreshTokens.at(-1) ?? ''
          const sentTick = flight?.sentTick ?? oracle.tick
          oracle.rotations.push({ family: family.id, spent: token, next, page, sentTick, lockTick: flight?.lockTick ?? sentTick, isReceived: false, isKept: false, isSettled: flight === undefined && !isLogin, durableTick: null })
        }
        if (family.reuses !== reuses) oracle.onReuse(token, page, flight?.sentTick ?? oracle.tick)
        return response
      },
    })
    return kind === 'refresh' ? judge(token, await answered) : answered
  }
  return async (request, context) => {
    const { origin, pathname } = new URL(request.url)
    if (origin !== appOrigin) {
      const text = JSON.stringify([...request.headers]) + (request.body === null ? '' : await request.text())
      if (isSecret(text, ledger)) oracle.violate('INV-16', `${origin} was sent a secret`)
      return new Response('elsewhere')
    }
    const kind = kinds[pathname]
    if (kind !== undefined) endpoint.script(kind, noting)
    return endpoint.answer(request, context)
  }
}

/** INV-21 INV-24 INV-9: at every step of every page. */
function onStep({ browser, oracle, ledger, pages }: Pick<Backstage, 'browser' | 'oracle' | 'ledger' | 'pages'>, { name, phase, tab, detail }: Step): void {
  oracle.tick++
  if (process.env['MODEL_TRACE'] !== undefined && !['timer.armed', 'storage.get', 'sealing.seal', 'sealing.unseal'].includes(name) && phase === 'after') {
    const entry = name === 'database.committed' ? ledger.entry(browser, detail) : null
    console.log(oracle.tick, `tab ${tab}`, name, detail.slice(0, 60), entry === null ? '' : `g${entry.generation} ${entry.isOver ? 'over' : entry.refreshToken}`)
  }
  if (phase === 'before') return
  if (name === 'timer.armed' && !(Number(detail) >= 0 && Number(detail) <= 2_147_483_647)) oracle.violate('INV-21', `a timer of ${detail} ms`)
  if (name === 'lock.granted') Object.assign(pages.findLast((each) => each.tab === tab) ?? {}, { lockTick: oracle.tick })
  if (name === 'storage.set' && detail === tokensKey) {
    const text = browser.tabs.find(({ id }) => id === tab)?.sessionStorage.get(tokensKey)
    const rotation = oracle.rotations.findLast(({ next }) => text?.includes(`"${next}"`))
    if (rotation !== undefined) rotation.isKept = true
  }
  if (name !== 'database.committed' || detail === '') return
  const page = pages.findLast((each) => each.tab === tab)
  const entry = ledger.entry(browser, detail)
  if (entry === null || page === undefined) return
  const circle = oracle.circles.get(detail) ?? { members: new Set<LoadedPage>(), name: '', generation: 0, ledgerTick: -1 }
  oracle.circles.set(detail, circle)
  if (entry.name === circle.name) return
  if (entry.generation < circle.generation && !oracle.wasLedgerBrokenSince(circle.ledgerTick)) {
    oracle.violate('INV-24', `the ledger went from generation ${circle.generation} to ${entry.generation}`)
  }
  Object.assign(circle, { name: entry.name, generation: entry.generation, ledgerTick: oracle.tick })
  circle.members.add(page)
  page.untold.set(detail, (page.untold.get(detail) ?? 0) + 1)
  const family = oracle.familyOfRefreshToken(entry.refreshToken) ?? oracle.told.get(entry.accessToken ?? '')?.family
  // What it had when no ledger showed it was of the same circle.
  const unseen = oracle.circleOf.get(page.shownFamily ?? 0)
  if (unseen?.startsWith('unseen') === true) for (const [each, own] of oracle.circleOf) if (own === unseen) oracle.circleOf.set(each, detail)
  if (family !== undefined && !oracle.circleOf.has(family)) oracle.circleOf.set(family, detail)
  const rotation = oracle.rotations.find(({ next }) => next === entry.refreshToken)
  if (rotation !== undefined) rotation.durableTick ??= oracle.tick
}
