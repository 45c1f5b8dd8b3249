import type { Environment } from '../browser/environment.ts'
import { AuthError, toAuthError } from '../errors.ts'
import { leavingPage, type Arrival, type Keep, type MethodContext, type Presences } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'
import { keptRefreshLife } from '../session/refreshLife.ts'
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
  /** Whether somebody may sign in where a page of another origin could lead their clicks astray. */
  readonly allowFraming: boolean
}

/** Signing in, where the last intent wins. */
export interface SignIn<User> {
  readonly login: (named: NamedMethod<User>, input: unknown) => Promise<void>
  /** Takes a login up where the provider left it. */
  readonly takeUp: Resume<User>
  /** Signs in again whoever is signed in. */
  readonly again: Resume<User>
}

type Resume<User> = (named: NamedMethod<User>, obtain: Obtain<User>, marks: Pick<Attempt<User>, 'family' | 'keep'>) => Promise<void>

type Obtain<User> = (ctx: MethodContext) => Promise<Session<User> | typeof leavingPage>

interface Attempt<User> {
  readonly obtain: Obtain<User>
  /** Will mark the session. */
  readonly family: string
  /** Default: whoever it is, the tokens become the current ones. */
  readonly keep?: Keep | undefined
  /** What the app gave to sign in with. */
  readonly input?: unknown
}

export function createSignIn<User>(options: SignInOptions<User>): SignIn<User> {
  const { tokens, discards, stores, elsewhere, ready, intents, watch, environment, allowFraming } = options
  const { emit, begin, state: { dispatch } } = stores

  const signIn = async ({ name, context }: NamedMethod<User>, { obtain, family, keep, input }: Attempt<User>): Promise<void> => {
    const ctx = context()
    ctx.signal.throwIfAborted()
    const isLatest = intents.next()
    const before = tokens.current?.tokens.family ?? null
    watch.stop()
    discards.hold()
    void ready()
    begin(name, family)
    try {
      if (!allowFraming && environment.page.isFramed?.() === true) {
        throw new AuthError('unsupported_request', 'Nobody signs in within a frame of another origin, unless "allowFraming" is set.')
      }
      const exchange = timed(leavingOnlyIf(ctx, isLatest), environment.clock)
      const session = await obtain(exchange.ctx)
      if (session === leavingPage && isLatest()) return watch.start()
      // It is judged by who is signed in.
      if (keep !== undefined) await ready()
      const record = session === leavingPage ? null : { ...aged(session, exchange.ageMs()), method: name, family }
      if (record !== null && !isLatest() && !isGiven(record, input)) discards.add(record, before)
      const isKept = record !== null && isLatest() && (await (keep?.(arrive(record, isLatest, options)) ?? tokens.setTokens(record)))
      if (!isKept || !isLatest()) throw new AuthError('superseded', 'Another login or a logout came after this one: nothing to do.')
      // Not said by tokens that only replace those of the same session.
      dispatch({ type: 'login_left' })
      elsewhere.tell(name)
      if (tokens.current === null) throw new AuthError('clock_skew', 'The token had expired on arrival: is this clock right?')
    } catch (cause) {
      const error = toAuthError(cause, 'authorization_failed', 'The sign-in failed: look at "cause".')
      emit({ type: 'login_failed', method: name, error })
      if (isLatest()) dispatch({ type: 'login_failed', error })
      throw error
    } finally {
      if (isLatest()) discards.settle()
    }
  }

  const resume = (type: 'login_started' | 'login_resumed'): Resume<User> => async (named, obtain, marks) => {
    emit({ type, method: named.name })
    await signIn(named, { obtain, ...marks })
  }

  return {
    async login(named, input) {
      emit({ type: 'login_started', method: named.name })
      await signIn(named, { obtain: (ctx) => named.method.login(input, ctx), family: environment.crypto.random(), input })
    },
    takeUp: resume('login_resumed'),
    again: resume('login_started'),
  }
}

function arrive<User>(session: SessionRecord<User>, isLatest: () => boolean, { tokens, discards, stores, environment }: SignInOptions<User>): Arrival {
  const discard = (): void => discards.add(session)
  return {
    session,
    state: stores.state.store.getState,
    async set() {
      if (isLatest()) return tokens.setTokens(session)
      discard()
      return false
    },
    replace: (stays) =>
      tokens.replaceTokens((inUse) => {
        const next = { ...session, family: inUse.family, ...stays?.(inUse) }
        const { current } = tokens
        return { ...next, ...(current !== null && next.refreshToken === inUse.refreshToken && keptRefreshLife(next, current, environment.clock.now())) }
      }),
    discard,
  }
}

function aged<User>(session: Session<User>, ageMs: number): Session<User> {
  return session.expiresInMs === undefined ? session : { ...session, expiresInMs: session.expiresInMs - ageMs }
}

/** Whether what would be ended is what the app came with: that is not of this login alone. */
function isGiven({ accessToken, refreshToken }: Session, input: unknown): boolean {
  return Object.values(membersOf(input)).some((given) => typeof given === 'string' && (given === accessToken || given === refreshToken))
}
