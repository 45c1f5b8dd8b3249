import { createAuth, preloadTabs, type Auth, type AuthMethod, type Claims, type Environment, type Session } from '@tessera-auth/core'
import { password, type PasswordInput } from '@tessera-auth/core/password'
import { createBrowser, createTokenEndpoint, type Browser, type Tab, type TokenEndpoint } from '@tessera-auth/testing'
import { act, cleanup, render, within, type BoundFunctions, type queries } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { TesseraDevtools, withDevtools } from '../src/index.ts'

/** What a page of a simulated tab has. */
export interface App {
  readonly auth: Auth<PasswordInput, Claims>
  readonly environment: Environment
}

/** A browser with a token server. */
export interface Desk {
  readonly browser: Browser
  readonly endpoint: TokenEndpoint
  /** Signed in, unless told otherwise. */
  readonly open: (options?: { readonly isSignedIn?: boolean }) => Promise<Tab<App>>
}

export const ada: PasswordInput = { email: 'ada@example.com', password: 'correct-horse' }

const method = password({ loginUrl: '/login', refreshUrl: '/refresh' })

export async function createDesk(lifetimeMs = 3_600_000): Promise<Desk> {
  await preloadTabs()
  const endpoint = createTokenEndpoint({ lifetimeMs })
  const browser = createBrowser({ network: endpoint.answer })
  const load = (given: Environment): App => {
    const environment = withDevtools(given)
    return { environment, auth: createAuth({ method, storage: 'session' }, environment) }
  }
  return {
    browser,
    endpoint,
    async open({ isSignedIn = true } = {}) {
      const tab = browser.openTab(load)
      if (isSignedIn) await tab.app.auth.login(ada)
      tab.app.auth.start()
      await browser.settle()
      return tab
    },
  }
}

/** Cleans up after each test, and lets it fail for anything that React complains about. */
export function setUp(): void {
  beforeEach(() => {
    localStorage.clear()
    // What the panel remembers lasts as long as the page.
    vi.resetModules()
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(async () => {
    cleanup()
    await act(() => Promise.resolve())
    const complaints = vi.mocked(console.error).mock.calls
    vi.restoreAllMocks()
    expect(complaints).toEqual([])
  })
}

type Queries = BoundFunctions<typeof queries>

/** The panel is loaded lazily, and a machine may be busy. */
export const longestLoad = { timeout: 20_000 }

/** Renders the devtools beside an app, and gives what is in their element. */
export async function renderDevtools(app: Pick<App, 'auth'> & Partial<App>, children?: ReactNode): Promise<Queries> {
  const { auth, environment } = app
  render(
    <>
      {children}
      <TesseraDevtools auth={auth} {...(environment !== undefined && { environment })} />
    </>,
  )
  await vi.waitFor(() => expect(panelRoot().childElementCount).toBe(1), longestLoad)
  return within(panelRoot())
}

/** The element of the devtools. */
export function panelRoot(): HTMLElement {
  const root = document.querySelector('tessera-devtools')?.shadowRoot?.querySelector('div')
  if (root === null || root === undefined) throw new Error('The devtools are not there.')
  return root
}

/** Opens the panel, and gives what is in it. */
export async function openPanel(app: Parameters<typeof renderDevtools>[0], children?: ReactNode): Promise<Queries> {
  const panel = await renderDevtools(app, children)
  await press(panel, 'Open the Tessera devtools')
  return panel
}

export async function press(panel: Queries, name: string | RegExp): Promise<void> {
  await act(async () => panel.getByRole('button', { name }).click())
}

/** Puts secrets wherever a session has room for some, also where it should not. */
export function leaky(secrets: Readonly<Record<'access' | 'refresh' | 'id' | 'own', string>>): AuthMethod {
  const { access, refresh, id, own } = secrets
  const session: Session = {
    accessToken: access,
    refreshToken: refresh,
    idToken: id,
    secrets: { csrf: own },
    expiresInMs: 60_000,
    subject: '1',
    scope: ['read', `scope-${own}`],
    user: { name: 'Ada', note: `see ${access}`, deep: { list: [refresh, access, { address: `https://app.example/?t=${encodeURIComponent(id)}` }] }, api_key: 'canary-key-by-name', [own]: 1 },
  }
  return { name: 'leaky', login: async () => session, refresh: async () => session }
}
