import { setTimeout } from 'node:timers/promises'
import { createAuth, isAuthError, preloadTabs, type Auth, type Claims } from '@tessera-auth/core'
import { authorizationCode, type AuthorizationCodeInput } from '@tessera-auth/core/authorization-code'
import { createBrowser, type Browser, type Tab, type VisitEnvironment } from '@tessera-auth/testing'
import { beforeAll, beforeEach, afterEach, vi } from 'vitest'
import { leakIn } from './leaks.ts'
import { clientId, createProvider, issuer, type Provider } from './provider.ts'

export type FuzzAuth = Auth<AuthorizationCodeInput | void, Claims>

/** A tab with an auth, its provider, and all that anybody could see of them. */
export interface World {
  readonly browser: Browser
  readonly tab: Tab<FuzzAuth>
  readonly provider: Provider
  /** States, events and errors. */
  readonly seen: unknown[]
  /** Leaves for the provider; gives the address that it would send the person back to. */
  readonly leave: () => Promise<string>
  readonly signIn: () => Promise<void>
  /** What a promise gives. Throws unless it settles in time, and for an error that is none of ours. */
  readonly outcome: <R>(promise: Promise<R>) => Promise<Outcome<R>>
  /** Throws when a secret shows. */
  readonly checkSecrets: () => void
}

export type Outcome<R> = { readonly value: R } | { readonly code: string }

/** Longer than any deadline of the library. */
const longestMs = 120_000

const startAt = 1_800_000_000_000

/** Real work of Web Crypto, for which virtual time does not wait by itself. */
const underway = new Set<Promise<unknown>>()

/** Call it once in a file: it stops the clock, and loads what is loaded lazily. */
export function prepareWorlds(): void {
  const stopClock = (): void => void vi.useFakeTimers({ now: startAt, toFake: ['Date'] })
  beforeAll(async () => {
    stopClock()
    await preloadTabs()
    await createWorld().signIn()
    isLoaded = true
  }, 60_000)
  beforeEach(stopClock)
  afterEach(() => void vi.useRealTimers())
}

/** Whether all code has been loaded, for which virtual time does not wait either. */
let isLoaded = false

for (const name of ['digest', 'importKey', 'exportKey', 'verify', 'sign', 'generateKey'] as const) {
  const real = crypto.subtle[name].bind(crypto.subtle) as (...given: never[]) => Promise<unknown>
  const counted = (...given: never[]): Promise<unknown> => {
    const work = real(...given)
    const end = (): void => void underway.delete(settling)
    const settling = work.then(end, end)
    underway.add(settling)
    return work
  }
  Object.defineProperty(crypto.subtle, name, { value: counted, configurable: true })
}

async function rest(browser: Browser): Promise<void> {
  do {
    await Promise.all(underway)
    await browser.settle()
    await new Promise(setImmediate)
  } while (underway.size > 0)
}

export function createWorld(options: { readonly storage?: 'memory' | 'session'; readonly shareAcrossTabs?: boolean } = {}): World {
  const provider = createProvider()
  const seen: unknown[] = []
  const browser = createBrowser({ network: (request) => provider.answer(request, browser.now()), startAt })
  const load = (environment: VisitEnvironment): FuzzAuth => {
    const method = authorizationCode({ issuer, clientId, scope: 'openid profile' })
    const auth = createAuth({ method, storage: 'session', ...options }, { ...environment, warn: (text) => void seen.push(text) })
    auth.store.subscribe((state) => void seen.push(state))
    auth.refreshStore.subscribe((status) => void seen.push(status))
    auth.inspect((event) => void seen.push(event))
    return auth
  }
  const tab = browser.openTab(load)

  const settled = async <R>(promise: Promise<R>): Promise<R> => {
    let isOver = false
    const end = (): void => void (isOver = true)
    promise.then(end, end)
    const endAt = browser.now() + longestMs
    for (;;) {
      await rest(browser)
      if (isOver) return promise
      if (browser.now() >= endAt) throw new Error(`Nothing settled it within ${longestMs} ms of virtual time.`)
      if (!isLoaded) await setTimeout(100)
      await browser.advance(1_000)
    }
  }
  const outcome: World['outcome'] = async (promise) => {
    try {
      const value = await settled(promise)
      // An access token is what was asked for.
      if (typeof value !== 'string') seen.push(value)
      return { value }
    } catch (error) {
      seen.push(error)
      if (!isAuthError(error)) throw error
      return { code: error.code }
    }
  }
  const world: World = {
    browser,
    tab,
    provider,
    seen,
    outcome,
    async leave() {
      const result = await outcome(tab.app.login())
      const { searchParams } = new URL(tab.departures.at(-1) ?? `https://none.example/?code=${'code' in result ? result.code : ''}`)
      provider.nonce = searchParams.get('nonce') ?? ''
      return `https://app.example/callback?${new URLSearchParams({ code: 'canary-code', state: searchParams.get('state') ?? '', iss: issuer }).toString()}`
    },
    async signIn() {
      const address = await world.leave()
      const result = await outcome(tab.app.handleCallback(address))
      if (!('value' in result) || result.value.type !== 'signed_in') throw new Error(`The good sign-in failed: ${JSON.stringify(result)}`, { cause: seen.at(-1) })
      // What the app would not show.
      seen.length = 0
    },
    checkSecrets() {
      const leak = leakIn([...seen, tab.app.store.getState(), tab.app.refreshStore.getState(), tab.app.lastSignOut, tab.app.tokens, tab.app], secretsKept(tab))
      if (leak !== null) throw new Error(`A secret shows: ${leak}`)
    },
  }
  return world
}

/** Verifiers and keys that a tab keeps: they are random, and bear no mark. */
function secretsKept({ sessionStorage }: Tab<unknown>): string[] {
  const found = [...sessionStorage.values()].flatMap((text) => [...text.matchAll(/"(?:verifier|nonce|key)":"([\w-]{43})"/g)])
  return found.flatMap(([, secret]) => secret ?? [])
}
