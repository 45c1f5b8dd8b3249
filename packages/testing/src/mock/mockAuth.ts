import type { Auth, AuthByName, AuthCore, AuthState, Claims, LoginInput, MethodsByName, RefreshStatus, StepUpChallenge, UserOf } from '@tessera-auth/core'
import type { MockStore } from './mockStore.ts'

/** What was done to a mock, and what a test does to it; `Login` is what it keeps of each login. */
export interface MockAuthCore<User, Login> extends AuthCore<User> {
  readonly store: MockStore<AuthState<User>>
  readonly refreshStore: MockStore<RefreshStatus>
  /** Puts it into any state, at once; in React within `act`. */
  readonly setState: (state: AuthState<User>) => void
  /** What each login was given; with several methods, its name and that. */
  readonly logins: readonly Login[]
  /** What each step-up was for. Nothing changes by one. */
  readonly stepUps: readonly StepUpChallenge[]
  /** How often somebody signed out. */
  readonly logouts: () => number
  /** What `auth.fetch` sent, with the access token on it unless it came with credentials of its own. */
  readonly requests: readonly Request[]
  /** How often it was started and not stopped. */
  readonly starts: () => number
}

/** An {@link Auth} for tests of components, with what they did to it. */
export interface MockAuth<User = Claims, Input = unknown> extends MockAuthCore<User, Input>, Pick<Auth<Input, User>, 'login'> {}

/** An {@link AuthByName} for tests of components, with what they did to it. */
export interface MockAuthByName<Named extends MethodsByName>
  extends MockAuthCore<UserOf<Named[keyof Named]>, LoginByName<Named>>, Pick<AuthByName<Named>, 'login'> {}

/** A login of an auth with several methods: a name, and what the method of that name takes. */
export type LoginByName<Named extends MethodsByName> = {
  [Name in keyof Named & string]: readonly [name: Name, ...input: LoginInput<Named[Name]>]
}[keyof Named & string]
