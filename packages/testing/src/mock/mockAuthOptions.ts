import type { AuthState, CallbackResult, Claims, LastSignOut, MethodsByName, UserOf } from '@tessera-auth/core'
import type { LoginByName } from './mockAuth.ts'

interface SharedOptions<User, Login> {
  /** Who is signed in from the first render on, with no scopes; with several methods, by the first of them. Default: nobody. */
  readonly user?: User
  /** The state at the first render, whatever `user` says. */
  readonly state?: AuthState<User>
  /** What `getAccessToken()` gives while somebody is signed in. Default `mock-access-token`. */
  readonly accessToken?: string
  /** What a login does: gives who is signed in then, or throws an `AuthError`. Default: it is recorded, and nothing changes. */
  readonly login?: (login: Login) => User | Promise<User>
  /** Answers `auth.fetch`. Default: 404. */
  readonly fetch?: (request: Request) => Response | Promise<Response>
  /** What comes of `handleCallback()`. Default `{ type: 'none' }`. */
  readonly callback?: CallbackResult
  /** What `auth.lastSignOut` is. Default `null`. */
  readonly lastSignOut?: LastSignOut | null
}

/** Options of `createMockAuth`. */
export interface MockAuthOptions<User = Claims, Input = unknown> extends SharedOptions<User, Input> {}

/** Options of `createMockAuth` for an app with several methods: `login` gets the name, too, as `([name, input]) => …`. */
export interface MockAuthByNameOptions<Named extends MethodsByName> extends SharedOptions<UserOf<Named[keyof Named]>, LoginByName<Named>> {
  /** The methods of the app, for their names and types. None of them is called. */
  readonly methods: Named
}

/** Either form of options. */
export interface EitherMockOptions<User> extends Omit<SharedOptions<User, unknown>, 'login'> {
  readonly methods?: MethodsByName
  // A method, so that one that takes less than anything fits too: the types of createMockAuth give each its own input.
  login?(this: void, login: unknown): User | Promise<User>
}
