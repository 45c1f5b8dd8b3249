import type { Environment } from '../browser/environment.ts'
import { AuthError, toAuthError } from '../errors.ts'
import { leavingPage, type MethodContext, type Presences } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'
import type { Session, SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import { leavingOnlyIf, timed } from './context.ts'
import type { Discards } from './discards.ts'
import type { Elsewhere } from './elsewhere.ts'
import type { Intents } from './intents.ts'
import type { Methods, NamedMethod } from './methods.ts'
import type { ReturnWatch } from './returnWatch.ts'
import type { Stores } from './stores.ts'

/** What signing in and signing out share. */
export interface SignInOptions<User> {
  readonly methods: Methods<User>
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly discards: Discards<User>
  readonly stores: Stores<User>
  readonly elsewhere: Elsewhere
  /** Absent: no method of these has a session that the browser keeps. */
  readonly presences: Presences | undefined
  /** Resolves when it is known who is signed in. */
  readonly ready: () => Promise<unknown>
  readonly intents: Intents
  readonly watch: ReturnWatch
  readonly environment: Environment
}

/** Signing in, where the last intent wins. */
export interface SignIn<User> {
  readonly login: (named: NamedMethod<User>, input: unknown) => Promise<void>
  /** Takes a login up where the provider left it. `family` will mark the session. */
  readonly takeUp: (named: NamedMethod<User>, obtain: Obtain<User>, family: string) => Promise<void>
}

type Obtain<User> = (ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>

interface Attempt<User> {
  readonly obtain: Obtain<User>
  readonly family: string
  /** What the app gave to sign in with. */
  readonly input?: unknown
}

export function createSignIn<User>(options: SignInOptions<User>): SignIn<User> {
  const { tokens, discards, stores, elsewhere, ready, intents, watch, environment } = options
  const { emit, begin, state: { dispatch } } = stores

  const signIn = async ({ name, context }: NamedMethod<User>, { obtain, family, input }: Attempt<User>): Promise<void> => {
    const ctx = context()
    ctx.signal.throwIfAborted()
    const isLatest = intents.next()
    const before = tokens.current?.tokens.family ?? null
    watch.stop()
    discards.hold()
    void ready()
    begin(name, family)
    try {
      const exchange = timed(leavingOnlyIf(ctx, isLatest), environment.clock)
      const session = await obtain(exchange.ctx)
      if (session === leavingPage && isLatest()) return watch.start()
      const record = session === leavingPage ? null : { ...aged(session, exchange.ageMs()), method: name, family }
      if (record !== null && !isLatest() && !isGiven(record, input)) discards.add(record, before)
      const isKept = record !== null && isLatest() && (await tokens.setTokens(record))
      if (!isKept || !isLatest()) throw new AuthError('superseded', 'Another login or a logout came after this one.')
      elsewhere.tell(name)
      if (tokens.current === null) throw new AuthError('clock_skew', 'The token had expired on arrival: is this clock right?')
    } catch (cause) {
      const error = toAuthError(cause, 'authorization_failed', 'The sign-in failed.')
      emit({ type: 'login_failed', method: name, error })
      if (isLatest()) dispatch({ type: 'login_failed', error })
      throw error
    } finally {
      if (isLatest()) discards.settle()
    }
  }

  return {
    async login(named, input) {
      emit({ type: 'login_started', method: named.name })
      await signIn(named, { obtain: (ctx) => named.method.login(input, ctx), family: environment.crypto.random(), input })
    },
    async takeUp(named, obtain, family) {
      emit({ type: 'login_resumed', method: named.name })
      await signIn(named, { obtain, family })
    },
  }
}

function aged<User>(session: Session<User>, ageMs: number): Session<User> {
  return session.expiresInMs === undefined ? session : { ...session, expiresInMs: session.expiresInMs - ageMs }
}

/** Whether what would be ended is what the app came with: that is not of this login alone. */
function isGiven({ accessToken, refreshToken }: Session, input: unknown): boolean {
  return Object.values(membersOf(input)).some((given) => typeof given === 'string' && (given === accessToken || given === refreshToken))
}
