import { createEmitter } from '../browser/emitter.ts'
import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { AuthError } from '../errors.ts'
import { isFresh, remainingMs, type Moment } from '../session/lifetime.ts'
import { checkTokenSet, type TokenSet } from '../session/session.ts'
import { checkAsked, type AccessTokenOptions, type Asked } from './accessTokenOptions.ts'
import { assemble, type Parts } from './assemble.ts'
import type { Change } from './catchUp.ts'
import { interruptionOf, toTokenEvent } from './toTokenEvent.ts'
import { untilDueMs } from './due.ts'
import { createChanges, type Changes, type Pause } from './changes.ts'
import type { Held } from './holding.ts'
import { raceAbort } from './raceAbort.ts'
import type { RefreshStatus } from './refreshStatus.ts'
import { replace } from './replace.ts'
import type { TokenEvent } from './tokenEvent.ts'
import { checkTokenManagerOptions, type CheckedTokenManagerOptions, type TokenManagerOptions } from './tokenManagerOptions.ts'

/**
 * Holds tokens and keeps them fresh: one refresh at a time, ahead of expiry, through sleep and bad networks.
 * Useful alone, in a browser or in Node.
 *
 * @example
 * const tokens = new TokenManager({ refresh: () => fetchToken() })
 * await tokens.getAccessToken()   // always fresh
 */
export class TokenManager<T extends TokenSet = TokenSet> {
  readonly #environment: Environment
  readonly #options: CheckedTokenManagerOptions<T>
  readonly #parts: Parts<T>
  readonly #changes: Changes
  readonly #events = createEmitter<TokenEvent>()
  /** Aborted when the tokens of now become somebody else's, or nobody's. */
  #epoch = new AbortController()
  #isDisposed = false
  #isRestored = false

  /** @throws AuthError `invalid_config`, naming the option. */
  constructor(options: TokenManagerOptions<T>, environment: Environment = realEnvironment) {
    this.#options = checkTokenManagerOptions(options, environment)
    this.#environment = environment
    this.#parts = assemble(this.#options, environment, {
      emit: (event) => this.#emit(event),
      apply: (change) => this.#apply(change),
      end: (error) => this.end(error),
      dueInMs: () => this.#dueInMs(),
      onDue: () => this.#onDue(),
    })
    this.#changes = createChanges(this.#parts, () => this.#epoch.signal)
    if (this.#options.background) this.#parts.schedule.start()
  }

  /**
   * Replaces the tokens: of a new login, of whomever. A refresh under way for the old ones is dropped.
   *
   * @returns Whether they were kept: no others were set meanwhile, nor the session ended.
   */
  async setTokens(tokens: T): Promise<boolean> {
    this.#throwIfDisposed()
    checkTokenSet(tokens)
    this.#newEpoch(new AuthError('user_changed', 'Somebody signed in meanwhile: drop the request.'))
    // Newer than whatever the storage may hold.
    this.#isRestored = true
    this.#parts.lookout.start()
    const isSet = await this.#commit(tokens, { type: 'set' })
    if (!isSet) this.#options.onDiscard(tokens)
    return isSet
  }

  /**
   * Replaces the tokens by newer ones of the same session, as a refresh does: whatever is under way goes on with them. Waits for a
   * refresh under way, whose tokens `update` then gets: call it from anywhere but from within `refresh`.
   *
   * @param update Gives the new tokens for those of the moment, at once. What it throws, this throws.
   * @throws AuthError `not_authenticated` or `user_changed` when there is no session to go on with, or none any more; `invalid_input`.
   */
  async replaceTokens(update: (current: T) => T): Promise<void> {
    this.#throwIfDisposed()
    const { signal } = this.#epoch
    if (!this.#isRestored) await this.restore()
    const [changing, commit] = [this.#changes.next, (tokens: T, isLastTry: boolean) => this.#commit(tokens, { type: 'refreshed' }, isLastTry)]
    await replace(update, { parts: this.#parts, changing, commit, onDiscard: this.#options.onDiscard, signal })
  }

  /**
   * A fresh access token: at once when the current one will do, after a refresh otherwise.
   *
   * @throws AuthError `not_authenticated`, `session_expired`, `refresh_rejected`, `user_changed` when the tokens were replaced
   * meanwhile, `unsupported_request` when the session lives in a cookie, `invalid_input`, `aborted`, `disposed`, or the code of a failed refresh;
   * `retryable` tells whether trying later may help.
   */
  async getAccessToken(options?: AccessTokenOptions): Promise<string> {
    // The usual case takes one turn of the event loop, not three.
    const { accessToken } = (this.#fresh(options) ?? (await this.acquire(options))).tokens
    if (accessToken === null) throw new AuthError('unsupported_request', 'This session has no token in JavaScript: use auth.fetch.')
    return accessToken
  }

  /** Like {@link getAccessToken}, with all that came with the token and the generation it belongs to. */
  async acquire(options?: AccessTokenOptions): Promise<Held<T>> {
    const asked = await this.#known(options)
    return this.#fresh(asked, true) ?? this.#refreshed(this.#parts.vault.held(), false, asked.signal)
  }

  /**
   * Gets new tokens now, or joins the refresh under way. Skips the wait after a failure, but not one the server asked for.
   *
   * @param options.generation Does nothing when the tokens have changed since.
   */
  async refresh(options?: { readonly generation?: number | undefined; readonly signal?: AbortSignal | undefined }): Promise<void> {
    const { generation, signal } = await this.#known(options)
    const held = this.#parts.vault.held()
    if (generation !== undefined && held?.generation !== generation) return
    await this.#refreshed(held, true, signal)
  }

  /**
   * Forgets the tokens, here, in the storage and in the tabs that share the session, at once.
   *
   * @param options.isElsewhere Whether this follows a sign-out in another tab; the event says so. Default `false`.
   */
  clear(options?: { readonly isElsewhere?: boolean }): void {
    this.#end({ type: 'cleared', isElsewhere: options?.isElsewhere ?? false }, new AuthError('not_authenticated', 'Signed out meanwhile: sign in again.'))
  }

  /** Ends the session as a refusal would, for a server that refuses a token straight after a refresh. */
  end(error: AuthError): void {
    this.#end({ type: 'ended', error }, error)
  }

  /**
   * Like {@link end}, for tokens of this generation that a server refused: not if others are in use by now, here or in another tab that
   * shares the session. At once where no other tab does.
   */
  async refuse(generation: number, error: AuthError): Promise<void> {
    const catchingUp = this.#changes.caughtUp()
    if (catchingUp !== null) await catchingUp.catch(() => {})
    if (this.current?.generation === generation && !this.#isDisposed) this.end(error)
  }

  /** Reads the storage, once, and gives what it held then; everything that needs tokens does so by itself. */
  async restore(): Promise<T | null> {
    this.#throwIfDisposed()
    const { stored, change } = await this.#parts.vault.restore()
    if (!this.#isRestored && !this.#isDisposed) this.#restored(change)
    return stored
  }

  /** The tokens as they are, fresh or not; `null` when there are none. For adapters: ask {@link getAccessToken} for a token to use. */
  get current(): Held<T> | null {
    return this.#parts.vault.held()
  }

  /** Whether new tokens are on their way into the storage, which {@link current} does not have yet. For adapters. */
  get isSetting(): boolean {
    return this.#changes.isSetting()
  }

  /** How refreshing is going, by the clock of this moment. */
  get status(): RefreshStatus {
    return this.#parts.status()
  }

  /**
   * Hands out no token and refreshes none while `pause` gives what to wait for, until the returned function is called. For adapters that
   * have to find out whether the session goes on: it is asked at every use, and `null` means that nothing is in the way.
   */
  readonly guard: (pause: Pause) => () => void = (pause) => this.#changes.guard(pause)

  /** Waits for what is in the way of those who want a token, such as a {@link guard}: for adapters that ask a server by other means. Never rejects. */
  readonly settled: () => Promise<void> = () => this.#changes.settled().catch(() => {})

  /** Calls `listener` after each event until the returned function is called. */
  readonly subscribe: (listener: (event: TokenEvent) => void) => () => void = this.#events.subscribe

  /** Refreshes ahead of need until the returned function is called; calls count. */
  start(): () => void {
    this.#throwIfDisposed()
    return this.#parts.schedule.start()
  }

  /** Ends all work here for good; the storage keeps its tokens. Everything waiting rejects with `disposed`. */
  dispose(): void {
    this.#isDisposed = true
    this.#parts.schedule.stop()
    this.#parts.lookout.stop()
    this.#parts.refresher.abort()
    this.#epoch.abort(disposed())
    this.#events.clear()
  }

  /** The tokens, if they are known and will do; gets their successor under way when it is time. */
  #fresh(options?: AccessTokenOptions, isSettled: boolean = !this.#changes.isPending()): Held<T> | null {
    this.#throwIfDisposed()
    const held = this.#isRestored && isSettled ? this.#parts.vault.held() : null
    const now = this.#environment.clock.now()
    if (held === null || !isFresh(held.lifetime, now, checkAsked(options).minValidityMs)) return null
    if (this.#dueInMs(now) <= 0) this.#onDue()
    return held
  }

  /** Waits until it shows what tokens there are; gives what is asked of them, checked. */
  async #known(options: Asked | undefined): Promise<Asked> {
    this.#throwIfDisposed()
    const asked = checkAsked(options)
    await raceAbort(this.#isRestored ? this.#changes.settled() : this.restore().then(this.#changes.settled), asked.signal)
    return asked
  }

  async #commit(tokens: T, event: TokenEvent, isLastTry = false): Promise<boolean> {
    const isSet = await this.#changes.set(this.#parts.vault.commit(tokens, { isLogin: event.type === 'set', isLastTry }))
    if (isSet) this.#emit(event)
    return isSet
  }

  #restored(change: Change | null): void {
    this.#isRestored = true
    this.#parts.lookout.start()
    const held = this.#parts.vault.held()
    if (held === null) return change === null ? undefined : this.#apply(change)
    if (remainingMs(held.lifetime, this.#environment.clock.now()) <= 0 && !this.#options.canRefresh(held.tokens)) this.end(expired())
    else this.#emit({ type: 'restored' })
  }

  /** What to throw when there is no usable token and no way to another; ends a session whose token has expired. */
  #unusable(held: Held<T> | null): AuthError {
    if (held === null) return new AuthError('not_authenticated', 'Nobody is signed in: sign in first.')
    const error = expired()
    if (remainingMs(held.lifetime, this.#environment.clock.now()) <= 0) void this.refuse(held.generation, error)
    return error
  }

  async #refreshed(stale: Held<T> | null, ignoreBackoff: boolean, signal: AbortSignal | undefined): Promise<Held<T>> {
    if (!this.#options.canRefresh(stale?.tokens ?? null)) return this.#renewed(stale)
    await raceAbort(this.#parts.refresher.run(ignoreBackoff), this.#epoch.signal, signal)
    const held = this.#parts.vault.held()
    if (held === null) throw this.#unusable(null)
    return held
  }

  /** Tokens that nothing can refresh, unless somebody signed in again in another tab. */
  async #renewed(stale: Held<T> | null): Promise<Held<T>> {
    await this.#changes.caughtUp()
    const held = this.#fresh(undefined, true)
    if (held === null || held.generation === stale?.generation) throw this.#unusable(stale)
    return held
  }

  #dueInMs(now: Moment = this.#environment.clock.now()): number {
    const { vault, gate, refresher } = this.#parts
    const held = vault.held()
    const isNothingDue = held === null || this.#isDisposed || this.#changes.isHeld() || refresher.isRunning()
    return isNothingDue ? Infinity : untilDueMs(held, now, { ...this.#options, gate })
  }

  #onDue(): void {
    const held = this.#parts.vault.held()
    if (held !== null && !this.#options.canRefresh(held.tokens)) this.#unusable(held)
    else this.#parts.refresher.run(false).catch(() => {})
  }

  #end(event: TokenEvent, reason: AuthError): void {
    this.#newEpoch(reason)
    this.#parts.vault.clear(event.type === 'ended' ? event.error : null, event.type === 'cleared' && event.isElsewhere)
    this.#tell(event)
  }

  #tell(event: TokenEvent): void {
    // A function that makes tokens out of nothing is not asked again at once.
    if (event.type === 'ended') this.#parts.gate.close(event.error)
    this.#emit(event)
  }

  #newEpoch(reason: AuthError): void {
    this.#epoch.abort(reason)
    this.#parts.refresher.reset()
    this.#epoch = new AbortController()
  }

  /** What other tabs did, as if it had been done here. */
  #apply(change: Change): void {
    // A refresh under way says so itself when it is over.
    if (change.type === 'adopted' && this.#parts.refresher.isRunning()) return
    const interruption = interruptionOf(change)
    if (interruption === null) this.#parts.gate.open()
    else this.#newEpoch(interruption)
    this.#tell(toTokenEvent(change))
  }

  #emit(event: TokenEvent): void {
    this.#events.emit(event)
    this.#parts.schedule.update()
  }

  #throwIfDisposed(): void {
    if (this.#isDisposed) throw disposed()
  }
}

const expired = (): AuthError => new AuthError('session_expired', 'The token has expired: sign in again.')
const disposed = (): AuthError => new AuthError('disposed', 'dispose() was called: create a new one.')
