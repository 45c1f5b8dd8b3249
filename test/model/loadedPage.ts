import { createAuth, type AuthMethod, type Claims, type Session } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { refreshToken } from '@tessera-auth/core/refresh-token'
import type { Browser, VisitEnvironment } from '@tessera-auth/testing'
import { judgeSignedIn, judgeSignedOut } from './judgeState.ts'
import type { LedgerView } from './ledgerView.ts'
import type { Flight, Oracle } from './oracle.ts'
import type { LoadedPage, ModelAuth, PageOptions } from './pageLog.ts'
import { isSecret, textOf } from './secrets.ts'

/** What pages need of the world. */
export interface PageHost {
  readonly browser: () => Browser
  readonly oracle: Oracle
  readonly ledger: LedgerView
  readonly pages: LoadedPage[]
  /** Runs what a listener of the app has been told to do. */
  readonly reenter: (page: LoadedPage) => void
}

export const appOrigin = 'https://app.example'

/** The `load` of every tab. */
export function loadPage(host: PageHost, environment: VisitEnvironment, options: PageOptions): LoadedPage {
  const { oracle, pages } = host
  const id = pages.length + 1
  const watched = watch(host, environment, () => page)
  const auth: ModelAuth = createAuth(
    {
      methods: {
        home: tracked(oracle, () => page, password({ loginUrl: `/login?page=${id}`, refreshUrl: `/refresh?page=${id}`, logoutUrl: `/logout?page=${id}` })),
        token: tracked(oracle, () => page, refreshToken({ tokenUrl: `/refresh?page=${id}`, format: 'json', revocationUrl: `/logout?page=${id}` })),
      },
      storage: options.storage,
      shareAcrossTabs: options.shareAcrossTabs,
    },
    watched,
  )
  const page: LoadedPage = {
    ...options,
    id,
    auth,
    environment: watched,
    isGone: false,
    isDisposed: false,
    isDegraded: false,
    isStarted: options.isStarted,
    isStorageBroken: options.isStorageBroken,
    release: () => {},
    stoppedTick: -1,
    lockTick: -1,
    resumedAt: 0,
    order: null,
    forgotten: new Set(),
    obtained: new Set(),
    loadedTick: oracle.tick,
    shownFamily: null,
    lastState: auth.store.getState(),
    firstSeen: new Map(),
    generation: 0,
    refreshes: 0,
    asks: 0,
    untold: new Map(),
    isAlive: () => !page.isGone,
  }
  pages.push(page)
  observe(host, page)
  if (options.isStarted) page.release = auth.start()
  void auth.ready.catch(() => oracle.violate('INV-20', 'ready rejected'))
  return page
}

/** INV-15 INV-17 INV-22 INV-25 INV-5 INV-4: at every state, event and change. */
function observe(host: PageHost, page: LoadedPage): void {
  const { oracle } = host
  const { auth } = page
  const hear = (what: string, seen: unknown): void => {
    const text = textOf(seen)
    if (isSecret(text, host.ledger)) oracle.violate('INV-22', `a secret in ${what} ${text.slice(0, 300)}`)
  }
  // What a page still does in the turn in which it went is seen by nobody.
  auth.store.subscribe((state, before) => {
    if (page.isGone) return
    if (process.env['MODEL_TRACE'] !== undefined) console.log(oracle.tick, 'page', page.id, 'STATE', before.status, '->', state.status, JSON.stringify(state).slice(0, 150))
    hear('a state', state)
    if (before !== page.lastState) oracle.violate('INV-15', `page ${page.id} heard of a state that did not follow the one before`)
    page.lastState = state
    if (page.isDisposed) return
    if (state.status === 'authenticated') judgeSignedIn(oracle, page)
    else if (state.status === 'unauthenticated' && before.status !== 'unauthenticated') judgeSignedOut(oracle, page, { state, before })
    host.reenter(page)
  })
  auth.tokens.subscribe((event) => {
    if (page.isGone) return
    if (process.env['MODEL_TRACE'] !== undefined) console.log(oracle.tick, 'page', page.id, 'EVENT', event.type, 'error' in event ? event.error.code : '')
    hear('a token event', event)
    if (page.isDisposed) oracle.violate('INV-15', `${event.type} in page ${page.id} after dispose`)
    if (event.type === 'tabs_degraded') page.isDegraded = true
    const { current } = auth.tokens
    const before = page.shownFamily
    page.shownFamily = current === null ? null : (oracle.told.get(current.tokens.accessToken ?? '')?.family ?? page.shownFamily)
    // A login stays in the circle of its tab, also when no ledger shows it.
    const shown = page.shownFamily
    if (shown !== null && !oracle.circleOf.has(shown)) oracle.circleOf.set(shown, oracle.circleOf.get(before ?? 0) ?? `unseen ${shown}`)
  })
  auth.inspect((event) => {
    if (page.isGone) return
    hear('an event', event)
    if (page.isDisposed) oracle.violate('INV-15', `${event.type} in page ${page.id} after dispose`)
  })
}

/** Notes what a method obtains, and how it fails. */
function tracked<Input extends object>(oracle: Oracle, pageOf: () => LoadedPage, method: AuthMethod<Input, Claims>): AuthMethod<Input, Claims> {
  const { login, refresh, ...others } = method
  const tell = (session: Session<Claims>, family: number | null): void => {
    const { accessToken, subject, expiresInMs } = session
    const receivedWallAt = pageOf().environment.clock.now().wallAt
    if (accessToken !== null && family !== null) oracle.told.set(accessToken, { family, subject, lifetimeMs: expiresInMs, receivedWallAt })
  }
  const settle = (token: string, next: string | null): void => {
    for (const rotation of oracle.rotations) {
      if (rotation.spent !== token || rotation.page !== pageOf() || rotation.isSettled) continue
      Object.assign(rotation, { isSettled: true, isReceived: rotation.next === next })
    }
  }
  return {
    ...others,
    async login(input, ctx) {
      const given = 'refreshToken' in input ? String(input.refreshToken) : ''
      let next: string | null = null
      try {
        const session = (await login(input, ctx)) as Session<Claims>
        next = session.refreshToken ?? null
        const family = oracle.familyOfRefreshToken(next) ?? [...pageOf().obtained].at(-1) ?? null
        if (family !== null) pageOf().obtained.add(family)
        tell(session, family)
        if (next === null && family !== null) oracle.withoutRefreshToken.add(family)
        return session
      } finally {
        settle(given, next)
      }
    },
    async refresh(session, ctx) {
      const page = pageOf()
      if (page.isGone) return new Promise<never>(() => {})
      const token = session.refreshToken ?? ''
      const family = oracle.familyOfRefreshToken(token) ?? 0
      const flight: Flight = { page, token, family, sentTick: oracle.tick, lockTick: page.lockTick }
      oracle.onFlight(flight)
      page.refreshes++
      let next: string | null = null
      try {
        const renewed = await refresh!(session, ctx)
        next = renewed.refreshToken ?? null
        tell(renewed, family)
        if (renewed.subject !== session.subject) oracle.onRefused(family, 'subject_changed')
        if (renewed.expiresInMs !== undefined && renewed.expiresInMs < 1_000) oracle.blocked.add(family)
        return renewed
      } finally {
        oracle.flights.delete(flight)
        settle(token, next)
      }
    },
  }
}

/** Sees what the page sends and says. */
function watch({ oracle, ledger }: PageHost, environment: VisitEnvironment, pageOf: () => LoadedPage): VisitEnvironment {
  const { network, channels } = environment
  return {
    ...environment,
    sealing: ledger.watch(environment.sealing),
    warn: () => {},
    network: {
      isOnline: network.isOnline,
      async fetch(request) {
        const page = pageOf()
        const [, bearer] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? []
        if (isSecret(request.url, ledger)) oracle.violate('INV-16', `a secret in the URL ${request.url}`)
        if (bearer !== undefined) checkBearer(oracle, page, { bearer, origin: new URL(request.url).origin })
        const response = await network.fetch(request)
        const family = oracle.told.get(bearer ?? '')?.family
        if (response.status === 401 && family !== undefined) oracle.onRefused(family, 'revoked')
        return response
      },
    },
    channels: {
      join(name, listener) {
        const place = channels.join(name, listener)
        return {
          leave: place.leave,
          post(message) {
            checkMessage(oracle, pageOf(), message)
            if (isSecret(textOf(message), ledger)) oracle.violate('INV-22', 'a secret in a channel')
            place.post(message)
          },
        }
      },
    },
  }
}

interface Sent {
  readonly bearer: string
  readonly origin: string
}

/** INV-2 INV-8 INV-16: what leaves is of whoever is signed in, alive, and for an allowed origin. */
function checkBearer(oracle: Oracle, page: LoadedPage, { bearer, origin }: Sent): void {
  if (origin !== appOrigin) oracle.violate('INV-16', `a token was sent to ${origin}`)
  const told = oracle.told.get(bearer)
  const subject = page.auth.tokens.current?.tokens.subject
  if (told === undefined) return oracle.violate('INV-8', 'a token was sent that no answer had')
  // Who signs out in the very turn in which a request leaves comes too late for that one.
  if (subject !== undefined && told.subject !== subject) oracle.violate('INV-8', `page ${page.id} sent a token of ${told.subject} while ${subject} was signed in`)
  checkAlive(oracle, page, { token: bearer })
}

/** INV-2: alive by the wall clock and by elapsed time. */
export function checkAlive(oracle: Oracle, page: LoadedPage, { token, marginMs = 5_000 }: { readonly token: string; readonly marginMs?: number | undefined }): void {
  const told = oracle.told.get(token)
  if (told?.lifetimeMs === undefined) return
  const { wallAt, elapsedMs } = page.environment.clock.now()
  const seenMs = page.firstSeen.get(token) ?? elapsedMs
  page.firstSeen.set(token, seenMs)
  const leftMs = told.lifetimeMs - Math.max(wallAt - told.receivedWallAt, elapsedMs - seenMs)
  if (leftMs <= 0 || leftMs < Math.min(marginMs, told.lifetimeMs / 8)) oracle.violate('INV-2', `page ${page.id} was given a token with ${leftMs} ms left`)
}

/** INV-4: nobody hears of what is not written. */
function checkMessage(oracle: Oracle, page: LoadedPage, message: unknown): void {
  const { type, id, entry } = message as { readonly type?: string; readonly id?: string; readonly entry?: unknown }
  if (type !== 'news' || id === undefined || entry !== null || page.isDegraded) return
  const untold = page.untold.get(id) ?? 0
  if (untold === 0) oracle.violate('INV-4', `page ${page.id} announced what it had not written`)
  page.untold.set(id, untold - 1)
}
