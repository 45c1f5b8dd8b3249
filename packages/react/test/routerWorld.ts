import { createAuth, environment, type Auth, type AuthState, type Claims, type Environment } from '@tessera-auth/core'
import { cookieSession, type CookieSessionInput } from '@tessera-auth/core/cookie-session'
import { createBrowser, createMockAuth, type Browser, type MockAuth } from '@tessera-auth/testing'
import { loading, signedIn, signedOut } from './authInState.ts'

interface Person {
  readonly sub: string
  readonly name: string
}

export const ada: AuthState<Person> & { readonly status: 'authenticated' } = { ...signedIn, user: { sub: '1', name: 'Ada' }, scope: ['read'] }
export const bob: AuthState<Person> = { ...ada, user: { sub: '2', name: 'Bob' } }
export const nobody: AuthState<Person> = signedOut
export const unknown: AuthState<Person> = loading

export function authWith(state: AuthState<Person>): MockAuth<Person> {
  return createMockAuth<Person>({ state })
}

/** A real auth whose server keeps the session of Ada, and does not answer until it is told to. */
export interface SilentServer {
  readonly browser: Browser
  readonly auth: Auth<CookieSessionInput, Claims>
  /** How often it was asked. */
  readonly asked: () => number
  readonly recover: () => void
}

export function createSilentServer(): SilentServer {
  let [asked, isUp] = [0, false]
  const network = (): Response => {
    asked++
    return isUp ? Response.json({ sub: '1', name: 'Ada' }) : new Response(null, { status: 503 })
  }
  const browser = createBrowser({ network })
  const tab = browser.openTab((given) => createAuth({ method: cookieSession({ sessionUrl: '/session' }) }, given))
  return { browser, auth: tab.app, asked: () => asked, recover: () => void (isUp = true) }
}

/** A tab whose clock stands still until it is told, and whose storage may be blocked. */
export interface RouterWorld {
  readonly environment: Environment
  readonly pass: (ms: number) => void
  /** The address bar. */
  href: string
}

export function createRouterWorld(isBlocked = false): RouterWorld {
  const items = new Map<string, string>()
  let wallAt = 1_800_000_000_000
  const world: RouterWorld = {
    href: 'https://app.example/',
    pass: (ms) => void (wallAt += ms),
    environment: {
      ...environment,
      clock: { now: () => ({ wallAt, elapsedMs: 0 }) },
      page: { ...environment.page, href: () => world.href },
      tabStorage: {
        getItem: (name) => items.get(name) ?? null,
        setItem(name, value) {
          if (isBlocked) throw new DOMException('Blocked.', 'SecurityError')
          items.set(name, value)
        },
        removeItem: (name) => void items.delete(name),
        keys: () => [...items.keys()],
      },
    },
  }
  return world
}
