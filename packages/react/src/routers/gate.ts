import { AuthError, type AuthCore, type AuthenticatedState, type Environment } from '@tessera-auth/core'
import { createLoopBreaker } from './loopBreaker.ts'

/** Options of `requireAuth`. */
export interface RequireAuthOptions {
  /** Path of the route where people sign in; it gets `?returnTo=` with where they were going. Default `/login`. */
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
  const { signInPath = '/login', scopes = [] } = options
  const findCircle = createLoopBreaker(environment)
  const circleOf = (navigation: object, href: string): AuthError | null => {
    const known = circles.get(navigation)
    if (known !== undefined) return known
    const found = findCircle(href)
    circles.set(navigation, found)
    return found
  }

  return async ({ pathname, href, navigation }) => {
    const { status, error } = auth.store.getState()
    // Nobody could say last time: whoever comes here again, or tries again, wants to know anew.
    const state = await (status === 'loading' && error !== null ? auth.look() : auth.ready)
    switch (state.status) {
      case 'loading':
        throw state.error ?? new AuthError('network', 'It could not be found out who is signed in.')
      case 'authenticated':
        checkScopes(state, scopes)
        return state
      case 'unauthenticated': {
        if (isSamePath(pathname, signInPath)) throw guardsItself(signInPath)
        const circle = navigation === null ? null : circleOf(navigation, href)
        if (circle !== null) throw circle
        return `${signInPath}?${new URLSearchParams({ returnTo: href }).toString()}`
      }
    }
  }
}

function checkScopes({ scope }: AuthenticatedState, scopes: readonly string[]): void {
  const missing = scopes.filter((each) => !scope.includes(each))
  if (missing.length > 0) throw new AuthError('insufficient_scope', `This route needs a scope that was not granted: ${missing.join(', ')}.`)
}

function isSamePath(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '')
}

function guardsItself(signInPath: string): AuthError {
  return new AuthError('invalid_config', `${signInPath} is where people sign in, and requireAuth guards it, or a route around it: let everybody in there.`, { option: 'signInPath' })
}
