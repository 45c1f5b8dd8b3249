import { AuthError, type AuthCore, type AuthenticatedState, type Environment } from '@tessera-auth/core'
import { createLoopBreaker } from './loopBreaker.ts'

/** Options of `requireAuth`. */
export interface RequireAuthOptions {
  /** Path of the route where people sign in, without search and hash; it gets `?returnTo=` with where they were going. Default `/login`. */
  readonly signInPath?: string
  /** What must have been granted, all of it. Who is signed in without gets an error, and is not sent to sign in. Default: none. */
  readonly scopes?: readonly string[]
}

/** Somebody on the way to a route. */
export interface Going {
  readonly pathname: string
  /** Path, search and hash. */
  readonly href: string
  /** The same object for all routes of one navigation, so that it counts once; `null` when nobody goes there yet, but may. */
  readonly navigation: object | null
}

/** Lets through who may go there; gives the address to sign in at when nobody is signed in. */
export type Gate<User> = (going: Going) => Promise<AuthenticatedState<User> | string>

/** What was found of navigations that are sent to sign in. Nested routes each ask for the same one, and a redirect would win over an error. */
const circles = new WeakMap<object, AuthError | null>()

/** The part of an auth that `requireAuth` needs. */
export type GateAuth<User> = Pick<AuthCore<User>, 'ready' | 'store' | 'look'>

/** What `requireAuth` does with any router. */
export function createGate<User>(auth: GateAuth<User>, options: RequireAuthOptions, environment: Environment): Gate<User> {
  const { signInPath = '/login', scopes = [] } = ownOptions(options)
  if (!/^\/(?![/\\])[^?#]*$/.test(signInPath)) throw optionError('signInPath', 'Invalid option "signInPath": expected a path without search and hash, such as /login.')
  if (!Array.isArray(scopes)) throw optionError('scopes', 'Invalid option "scopes": expected a list.')
  const findCircle = createLoopBreaker(environment)
  const circleOf = (navigation: object, pathname: string): AuthError | null => {
    const known = circles.get(navigation)
    if (known !== undefined) return known
    const found = findCircle(pathname)
    circles.set(navigation, found)
    return found
  }

  return async ({ pathname, href, navigation }) => {
    // Whoever asks a server is unknown to it: it would send everybody to sign in, and count them as one.
    if (environment.page.href() === null) throw new AuthError('unsupported_request', onServer)
    const { status, error } = auth.store.getState()
    // Nobody could say last time: whoever comes here again, or tries again, wants to know anew.
    const state = await (status === 'loading' && error !== null ? auth.look() : auth.ready)
    switch (state.status) {
      case 'loading':
        throw state.error ?? new AuthError('network', 'It could not be found out who is signed in: try later.')
      case 'authenticated':
        checkScopes(state, scopes)
        return state
      case 'unauthenticated': {
        if (isSamePath(pathname, signInPath)) throw optionError('signInPath', `${signInPath} is where people sign in, and ${guardsItself}`)
        const circle = navigation === null ? null : circleOf(navigation, pathname)
        if (circle !== null) throw circle
        return `${signInPath}?${new URLSearchParams({ returnTo: href }).toString()}`
      }
    }
  }
}

/** What was given, without what somebody put on every object. */
export function ownOptions<O extends object>(options: O): O {
  if (typeof options !== 'object' || options === null) throw optionError('requireAuth', 'Invalid option "requireAuth": expected an object.')
  return { __proto__: null, ...options }
}

function checkScopes({ scope }: AuthenticatedState, scopes: readonly string[]): void {
  const missing = scopes.filter((each) => !scope.includes(each))
  if (missing.length > 0) throw new AuthError('insufficient_scope', `This route needs a scope that was not granted: ${missing.join(', ')}. Say so, or offer a step-up.`)
}

function isSamePath(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '')
}

export function optionError(option: string, message: string): AuthError {
  return new AuthError('invalid_config', message, { option })
}

const guardsItself = 'requireAuth guards it, or a route around it: let everybody in there.'

const onServer =
  'requireAuth is for the browser: a server does not know who is signed in there. Guard a clientLoader in the framework mode of ' +
  'React Router, and set ssr: false on the route in TanStack Start.'
