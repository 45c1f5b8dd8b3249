import { createAuth, environment as realEnvironment, type Auth, type Claims, type Environment } from '@tessera-auth/core'
import { password, type PasswordInput } from '@tessera-auth/core/password'
import { createTokenEndpoint, type TokenEndpoint } from '@tessera-auth/testing'

/** One server that knows who asks, and an auth of a page that talks to it. */
export interface World {
  readonly auth: Auth<PasswordInput, Claims>
  readonly environment: Environment
  readonly endpoint: TokenEndpoint
  /** What the API was asked, with who asked: `ada GET /orders`. */
  readonly asked: readonly string[]
  /** Answers the API: by default with the orders of whoever asks. */
  answer: (request: Request, person: string) => Response | Promise<Response>
  /** The answers from now on wait until the returned function is called. */
  readonly hold: () => () => void
  /** Tokens are on their way into the storage from now on, until the returned function is called. */
  readonly holdStorage: () => () => void
  readonly signIn: (person: string) => Promise<void>
  /** Another page of the same tab. */
  readonly reload: () => Auth<PasswordInput, Claims>
}

export function createWorld(name = 'default'): World {
  const endpoint = createTokenEndpoint({ claimsOf: (subject) => ({ name: subject.replace(/@.*/, '') }) })
  const asked: string[] = []
  const items = new Map<string, string>()
  let held: Promise<void> | null = null
  let stored: Promise<void> = Promise.resolve()
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (['/login', '/refresh', '/logout'].includes(pathname)) return endpoint.answer(request)
    const person = personOf(request)
    asked.push(`${person} ${request.method} ${pathname}`)
    const answer = await world.answer(request, person)
    await held
    request.signal.throwIfAborted()
    return answer
  }
  const page = { ...realEnvironment.page, href: () => 'https://app.example/', baseUrl: () => 'https://app.example/', isBrowser: () => true }
  // Worlds of other tests are no tabs of this one.
  const channels = { join: () => ({ post() {}, leave() {} }) }
  const environment = { ...realEnvironment, channels, network: { isOnline: () => true, fetch }, page }
  const load = (): World['auth'] =>
    createAuth<PasswordInput, Claims>({ method: password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' }), storage, name }, environment)
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    async setItem(key: string, value: string) {
      await stored
      items.set(key, value)
    },
    removeItem: (key: string) => void items.delete(key),
  }
  const auth = load()
  const world: World = {
    auth,
    environment,
    endpoint,
    asked,
    answer: ({ url }, person) => Response.json(['one', 'two'].map((each) => `${person}'s ${new URL(url).pathname.slice(1)} ${each}`)),
    hold() {
      const { promise, resolve } = deferred()
      held = promise
      return () => {
        held = null
        resolve()
      }
    },
    holdStorage() {
      const { promise, resolve } = deferred()
      stored = promise
      return resolve
    },
    signIn: (person) => auth.login({ email: `${person}@example.com`, password: 'correct' }),
    reload: load,
  }
  return world
}

function personOf(request: Request): string {
  const [, claims = ''] = (request.headers.get('authorization') ?? '').split('.')
  if (claims === '') return 'nobody'
  return (JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { readonly name: string }).name
}

export async function namesIn(response: Response): Promise<string[]> {
  if (!response.ok) throw new Error('That did not work.')
  return (await response.json()) as string[]
}

export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
