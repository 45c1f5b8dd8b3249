import { isAuthError, type AuthState } from '@tessera-auth/core'
import type { Browser, TokenEndpoint } from '@tessera-auth/testing'
import type { CrashAuth } from './crashAuth.ts'

/** Where pages are, and where what is noticed in them is noted. */
export interface Scene {
  readonly browser: Browser
  readonly endpoint: TokenEndpoint
  /** What was wrong at the moment when it was. */
  readonly problems: string[]
  /** Whatever was shown or told to the app, as text. */
  readonly told: string[]
  /** Everything that pages asked for, also those that are gone. */
  readonly calls: Call[]
}

/** Something that the app asked for, and what came of it. */
export interface Call {
  readonly name: string
  /** The `id` of its tab. */
  readonly tab: number
  state: 'waiting' | 'resolved' | 'rejected'
  outcome: unknown
}

/** A page of the app: its auth, what it asked for, and what it was shown. */
export interface Page {
  readonly auth: CrashAuth
  readonly calls: readonly Call[]
  /** Why its sessions ended, in order. */
  readonly ends: readonly string[]
  /** Asks, and notes what comes of it. */
  readonly call: (name: string, ask: () => Promise<unknown>) => Promise<void>
  /** Asks for a token, and checks it. */
  readonly token: () => Promise<void>
  /** What an app does when it is loaded. */
  readonly boot: () => void
}

interface PageOptions {
  readonly auth: CrashAuth
  readonly world: Scene
  /** Whether it is still the page of its tab. */
  readonly isLive: () => boolean
  readonly tab: () => number
  /** Whether it may be the page that a provider sends back to. */
  readonly handlesCallbacks: () => boolean
}

export function createPage({ auth, world, isLive, tab, handlesCallbacks }: PageOptions): Page {
  const calls: Call[] = []
  const ends: string[] = []
  const wrong = (problem: string): void => void world.problems.push(problem)
  const call: Page['call'] = async (name, ask) => {
    const own: Call = { name, tab: tab(), state: 'waiting', outcome: undefined }
    calls.push(own)
    world.calls.push(own)
    try {
      own.outcome = await ask()
      // Of a page that is gone, nobody hears it.
      if (isLive()) own.state = 'resolved'
    } catch (error) {
      if (isLive()) own.state = 'rejected'
      world.told.push(`${String(error)} ${JSON.stringify(error)}`)
      if (!isAuthError(error)) wrong(`INV-12: ${name} rejected with ${String(error)}`)
    }
  }
  watch({ auth, world, isLive, ends })
  return {
    auth,
    calls,
    ends,
    call,
    token: () =>
      call('getAccessToken', async () => {
        // What a login is about to set is already what is asked for.
        const [before, isKnown] = [subjectOf(auth), auth.store.getState().status === 'authenticated' && !auth.tokens.isSetting]
        const token = await auth.getAccessToken()
        if (!isLive()) return
        const { sub, exp } = claimsOf(token)
        if (exp * 1000 <= world.browser.now()) wrong('INV-2: getAccessToken() gave a token that had expired')
        if (isKnown && sub !== before) wrong(`INV-8: asked for ${before}, getAccessToken() gave a token of ${sub}`)
        if (sub !== subjectOf(auth)) wrong(`INV-8: the state is of ${subjectOf(auth)}, getAccessToken() gave a token of ${sub}`)
      }),
    boot() {
      void call('ready', () => auth.ready)
      if (handlesCallbacks()) void call('handleCallback', () => auth.handleCallback())
    },
  }
}

/** Looks at everything that a page is shown. */
function watch({ auth, world, isLive, ends }: Pick<PageOptions, 'auth' | 'world' | 'isLive'> & { readonly ends: string[] }): void {
  let newest = -1
  let owner: string | null = null
  const wrong = (problem: string): void => void world.problems.push(problem)
  auth.store.subscribe((state, before) => {
    if (!isLive()) return
    world.told.push(JSON.stringify(state))
    if (before.status === 'authenticated' && state.status === 'unauthenticated') ends.push(state.reason)
    if (state.status === 'authenticated' && !hasUser(state)) wrong('INV-20: authenticated without a subject')
  })
  auth.inspect((event) => world.told.push(JSON.stringify(event)))
  auth.tokens.subscribe((event) => {
    const held = auth.tokens.current
    if (!isLive() || held === null) return
    const { accessToken, subject } = held.tokens
    const order = world.endpoint.secrets.indexOf(accessToken ?? '')
    if (subject === owner && order < newest) wrong(`INV-24: after ${event.type} the token is older than before`)
    ;[newest, owner] = [order, subject]
  })
}

/** Who is signed in, as the app sees it; `null`: nobody. */
export function subjectOf(auth: CrashAuth): string | null {
  const state = auth.store.getState()
  return state.status === 'authenticated' ? String(state.user?.sub) : null
}

function hasUser(state: AuthState): boolean {
  return state.status === 'authenticated' && typeof state.user === 'object' && state.user !== null && 'sub' in state.user
}

function claimsOf(token: string): { readonly sub: string; readonly exp: number } {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  if (typeof claims !== 'object' || claims === null || !('sub' in claims) || !('exp' in claims)) throw new Error('That is no access token of ours.')
  return { sub: String(claims.sub), exp: Number(claims.exp) }
}
