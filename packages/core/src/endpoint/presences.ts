import type { Wake } from '../browser/wake.ts'
import { AuthError } from '../errors.ts'
import type { Presence, PresenceDefinition, PresenceHost, Presences, PresencesHost } from '../methods/method.ts'
import type { Session } from '../session/session.ts'

/**
 * Defines how a method whose session the browser keeps finds out who is signed in. What becomes of the answers is added here.
 *
 * @param create Makes what looks, for one auth. `host` says what came of it.
 * @example
 * presence: definePresence((host) => ({ look: () => look(host), watch: () => host.wake.subscribe(() => void look(host)) })),
 */
export function definePresence<User>(create: (host: PresenceHost<User>) => Presence): PresenceDefinition<User> {
  return { create, together: createPresences }
}

function createPresences<User>(options: PresencesHost<User>): Presences {
  const { environment: { clock }, elsewhere, tokens, state: { dispatch } } = options
  // After a sleep nobody may be there any more, and then no server is asked.
  const wake: Wake = { subscribe: (listener) => elsewhere.wake.subscribe((reason) => void tokens.settled().then(() => listener(reason))) }
  const answers = createAnswers(options)
  const { mark, failed, failure } = answers
  const presences = options.methods.flatMap(({ name, method, context }) => {
    const found: PresenceHost<User>['found'] = (session, isCurrent) => answers.found(name, session, isCurrent)
    return method.presence === undefined ? [] : [method.presence.create({ context, clock, wake, mark, found, failed })]
  })
  let [watchers, looks] = [0, 0]
  const releases: (() => void)[] = []
  const release = (): void => releases.splice(0).forEach((each) => each())
  const look = async (): Promise<void> => {
    if (!answers.isStopped()) await Promise.all(presences.map((presence) => presence.look()))
    answers.conclude()
    looks++
  }

  return {
    look,
    async again(ready) {
      const before = looks
      await ready()
      if (looks === before) await look()
      return ready()
    },
    async known(ready) {
      if (failure() !== null) await look()
      await ready()
      const error = failure()
      if (error !== null) throw error
    },
    watch() {
      if (watchers++ === 0) releases.push(...presences.map((presence) => presence.watch()))
      let isWatching = true
      return () => {
        if (isWatching && --watchers === 0) release()
        isWatching = false
      }
    },
    onTold(name) {
      answers.onTold(name)
      elsewhere.tell(name)
    },
    onLoginLeft: () => dispatch({ type: 'looked', error: failure() }),
    stop() {
      release()
      answers.stop()
    },
  }
}

/** What the servers answered, taken into the tokens and the state. */
interface Answers<User> extends Pick<PresenceHost<User>, 'mark' | 'failed'>, Pick<Departures, 'onTold' | 'stop' | 'isStopped'> {
  readonly found: (method: string, session: Session<User> | null, isCurrent: () => boolean) => Promise<void>
  /** Why it is not known who is signed in, if a look has failed. */
  readonly failure: () => AuthError | null
  /** Notes that nobody is signed in, if that is known by now or will never be. */
  readonly conclude: () => void
}

function createAnswers<User>({ methods, tokens, state, environment }: PresencesHost<User>): Answers<User> {
  const { store, dispatch } = state
  const names = methods.flatMap(({ name, method }) => (method.presence === undefined ? [] : [name]))
  const departures = createDepartures(tokens, names)
  /** Methods whose server named nobody. */
  const absent = new Set<string>()
  let failure: AuthError | null = null

  const conclude = (): void => {
    const isKnown = departures.isStopped() || absent.size === names.length
    if (!isKnown || store.getState().status !== 'loading') return
    // Why a login failed still counts, why a look failed does not.
    if (store.getState().error === failure) dispatch({ type: 'looked', error: null })
    dispatch({ type: 'signed_out', reason: 'never_signed_in', error: null })
  }

  const nobody = (name: string): void => {
    absent.add(name)
    departures.onGone(name)
    const isOver = tokens.current?.tokens.method === name
    if (isOver) tokens.end(new AuthError('session_expired', 'The server knows of no session any more, expired or signed out elsewhere: sign in again.'))
    conclude()
  }

  /** A newer view of who is signed in, or a switch to somebody else in one step. */
  const somebody = async (name: string, session: Session<User>): Promise<void> => {
    const held = tokens.current?.tokens
    if (departures.hasLeft(name, session.subject) || (held !== undefined && held.method !== name)) return
    if (held === undefined || held.subject !== session.subject) {
      await tokens.setTokens({ ...session, method: name, family: environment.crypto.random() })
      return
    }
    // Absent, they could not be had just now: then those of the same person are as good as before.
    const secrets = session.secrets ?? held.secrets
    const next = { ...session, secrets, method: name, family: held.family }
    // It fails when somebody signed in or out first, and that is newer.
    if (JSON.stringify(next) !== JSON.stringify(held)) await tokens.replaceTokens(() => next).catch(() => {})
  }

  return {
    ...departures,
    conclude,
    failure: () => (store.getState().status === 'loading' ? failure : null),
    async found(name, session, isCurrent) {
      if (!isCurrent()) return
      if (session === null) nobody(name)
      else await somebody(name, session)
    },
    failed(error) {
      if (departures.isStopped()) return
      const { error: shown } = store.getState()
      const isShown = shown === null || shown === failure
      failure = error
      if (isShown) dispatch({ type: 'looked', error })
    },
  }
}

/** Signing in and out as it concerns looking, which is overtaken by it and must not undo it. */
interface Departures extends Pick<PresenceHost, 'mark'>, Pick<Presences, 'onTold' | 'stop'> {
  /** Whether the server of this method may name somebody only because it does not know that they have left. */
  readonly hasLeft: (method: string, subject: string | null) => boolean
  /** Notes that the server of this method names nobody any more. */
  readonly onGone: (method: string) => void
  readonly isStopped: () => boolean
}

function createDepartures<User>(tokens: PresencesHost<User>['tokens'], names: readonly string[]): Departures {
  /** Who has left, by method; `null`: whoever it was. */
  const left = new Map<string, string | null>()
  let subject: string | null = null
  let epoch = 0
  let isStopped = false

  tokens.subscribe((event) => {
    if (event.type === 'set') left.clear()
    // An API that refuses a session which its server still names would otherwise send the person round in circles.
    const isRefused = event.error?.code === 'revoked'
    // What another tab left, it may have left for a session that the browser keeps.
    const isSignedOut = (event.type === 'cleared' && event.isElsewhere !== true) || event.error?.code === 'session_idle'
    if (isRefused || isSignedOut) for (const name of names) left.set(name, isRefused ? subject : null)
    if (['set', 'refreshed', 'cleared', 'ended'].includes(event.type)) epoch++
    subject = tokens.current?.tokens.subject ?? null
  })

  return {
    mark() {
      const own = epoch
      // What a login is about to set is newer than any answer.
      return () => own === epoch && !isStopped && !tokens.isSetting
    },
    hasLeft: (name, named) => left.has(name) && (left.get(name) ?? named) === named,
    onGone: (name) => void left.delete(name),
    onTold(name) {
      left.delete(name)
      epoch++
    },
    isStopped: () => isStopped,
    stop: () => void (isStopped = true),
  }
}
