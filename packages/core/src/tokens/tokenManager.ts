import { createEmitter } from '../browser/emitter.ts'
import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { AuthError } from '../errors.ts'
import { isFresh, remainingMs, untilRefreshMs, type Moment } from '../session/lifetime.ts'
import { checkTokenSet, type TokenSet } from '../session/session.ts'
import { createGate, type Gate } from './gate.ts'
import { raceAbort } from './raceAbort.ts'
import { createRecordStore } from './recordStore.ts'
import { createRefresher, type Refresher } from './refresh.ts'
import { noTokensStatus, refreshStatusAt, type RefreshStatus } from './refreshStatus.ts'
import { createSchedule, type Schedule } from './schedule.ts'
import type { TokenEvent } from './tokenEvent.ts'
import { checkTokenManagerOptions, type TokenManagerOptions } from './tokenManagerOptions.ts'
import { createVault, type Held, type Vault } from './vault.ts'

/** What a caller asks of an access token. */
export interface AccessTokenOptions {
  /** The token must live at least this long, in milliseconds. Default 5 000, at most an eighth of its life. */
  readonly minValidityMs?: number | undefined
  /** Gives up waiting. A refresh that others wait for goes on. */
  readonly signal?: AbortSignal | undefined
}

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
  readonly #options: ReturnType<typeof checkTokenManagerOptions<T>>
  readonly #vault: Vault<T>
  readonly #gate: Gate
  readonly #refresher: Refresher
  readonly #schedule: Schedule
  readonly #events = createEmitter<TokenEvent>()
  /** Aborted when the tokens of now become somebody else's, or nobody's. */
  #epoch = new AbortController()
  /** New tokens on their way into the storage: the old ones are of no use any more, to a refresh least of all. */
  #setting: Promise<boolean> | null = null
  #isDisposed = false
  #isRestored = false

  /** @throws AuthError `invalid_config`, naming the option. */
  constructor(options: TokenManagerOptions<T>, environment: Environment = realEnvironment) {
    const checked = checkTokenManagerOptions(options, environment)
    const { storage, storageKey, accept, refresh, requestTimeoutMs, onDiscard, background } = checked
    const { clock, timer, wake, crypto } = environment
    const emit = (event: TokenEvent): void => this.#emit(event)
    this.#options = checked
    this.#environment = environment
    const store = createRecordStore({ storage, key: storageKey, timer, onError: (error) => emit({ type: 'storage_failed', error }) })
    this.#vault = createVault(store, clock, accept)
    this.#gate = createGate(clock, crypto.fraction)
    const shared = { vault: this.#vault, gate: this.#gate, environment, emit, end: (error: AuthError) => this.end(error) }
    this.#refresher = createRefresher({ ...shared, refresh, deadlineMs: requestTimeoutMs, discard: onDiscard })
    this.#schedule = createSchedule({ timer, wake, dueInMs: () => this.#dueInMs(), run: () => this.#onDue(), onWake: this.#gate.hurry })
    if (background) this.#schedule.start()
  }

  /**
   * Replaces the tokens: of a new login, of whomever. A refresh under way for the old ones is dropped.
   *
   * @returns Whether they were kept: no others were set meanwhile, nor the session ended.
   */
  async setTokens(tokens: T): Promise<boolean> {
    this.#throwIfDisposed()
    checkTokenSet(tokens)
    this.#newEpoch(new AuthError('user_changed', 'Somebody signed in meanwhile.'))
    // Newer than whatever the storage may hold.
    this.#isRestored = true
    return this.#commit(tokens, { type: 'set' })
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
    while (this.#setting !== null || this.#refresher.isRunning()) {
      await raceAbort<unknown>(this.#setting ?? this.#refresher.run(true).catch(() => {}), signal)
    }
    signal.throwIfAborted()
    const held = this.#vault.held()
    if (held === null) throw this.#unusable(null)
    const tokens = update(held.tokens)
    checkTokenSet(tokens)
    this.#refresher.reset()
    await this.#commit(tokens, { type: 'refreshed' })
    signal.throwIfAborted()
  }

  /**
   * A fresh access token: at once when the current one will do, after a refresh otherwise.
   *
   * @throws AuthError `not_authenticated`, `session_expired`, `refresh_rejected`, `user_changed` when the tokens were replaced
   * meanwhile, `unsupported_request` when the session lives in a cookie, `aborted`, `disposed`, or the code of a failed refresh;
   * `retryable` tells whether trying later may help.
   */
  async getAccessToken(options: AccessTokenOptions = {}): Promise<string> {
    // The usual case takes one turn of the event loop, not three.
    const held = this.#fresh(options) ?? (await this.acquire(options))
    const { accessToken } = held.tokens
    if (accessToken === null) throw new AuthError('unsupported_request', 'This session has no token in JavaScript: use auth.fetch.')
    return accessToken
  }

  /** Like {@link getAccessToken}, with all that came with the token and the generation it belongs to. */
  async acquire(options: AccessTokenOptions = {}): Promise<Held<T>> {
    if (!this.#isRestored) await this.restore()
    while (this.#setting !== null) await this.#setting
    const held = this.#fresh(options)
    return held ?? this.#refreshed(this.#vault.held(), false, options.signal)
  }

  /**
   * Gets new tokens now, or joins the refresh under way. Skips the wait after a failure, but not one the server asked for.
   *
   * @param options.generation Does nothing when the tokens have changed since.
   */
  async refresh(options: { readonly generation?: number; readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.restore()
    while (this.#setting !== null) await this.#setting
    const held = this.#vault.held()
    if (options.generation !== undefined && held?.generation !== options.generation) return
    await this.#refreshed(held, true, options.signal)
  }

  /** Forgets the tokens, here and in the storage, at once. */
  clear(): void {
    this.#end({ type: 'cleared' }, new AuthError('not_authenticated', 'Signed out meanwhile.'))
  }

  /** Ends the session as a refusal would, for a server that refuses a token straight after a refresh. */
  end(error: AuthError): void {
    this.#end({ type: 'ended', error }, error)
  }

  /** Reads the storage, once, and gives what it held then; everything that needs tokens does so by itself. */
  async restore(): Promise<T | null> {
    this.#throwIfDisposed()
    const stored = await this.#vault.restore()
    if (!this.#isRestored) this.#restored()
    return stored
  }

  /** The tokens as they are, fresh or not; `null` when there are none. For adapters: ask {@link getAccessToken} for a token to use. */
  get current(): Held<T> | null {
    return this.#vault.held()
  }

  /** Whether new tokens are on their way into the storage, which {@link current} does not have yet. For adapters. */
  get isSetting(): boolean {
    return this.#setting !== null
  }

  /** How refreshing is going, by the clock of this moment. */
  get status(): RefreshStatus {
    const held = this.#vault.held()
    if (held === null) return noTokensStatus
    const { clock, network } = this.#environment
    const now = clock.now()
    const dueInMs = this.#options.canRefresh(held.tokens) ? this.#dueInMs(now) : Infinity
    const [isRunning, isOnline, error] = [this.#refresher.isRunning(), network.isOnline(), this.#gate.lastError()]
    return refreshStatusAt(now, { lifetime: held.lifetime, isRunning, isOnline, dueInMs, error })
  }

  /** Calls `listener` after each event until the returned function is called. */
  subscribe(listener: (event: TokenEvent) => void): () => void {
    return this.#events.subscribe(listener)
  }

  /** Refreshes ahead of need until the returned function is called; calls count. */
  start(): () => void {
    this.#throwIfDisposed()
    return this.#schedule.start()
  }

  /** Ends all work here for good; the storage keeps its tokens. Everything waiting rejects with `disposed`. */
  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#schedule.stop()
    this.#refresher.abort()
    this.#epoch.abort(disposed())
    this.#events.clear()
  }

  /** The tokens, if they are known and will do; gets their successor under way when it is time. */
  #fresh({ minValidityMs }: AccessTokenOptions): Held<T> | null {
    this.#throwIfDisposed()
    const held = this.#isRestored && this.#setting === null ? this.#vault.held() : null
    const now = this.#environment.clock.now()
    if (held === null || !isFresh(held.lifetime, now, minValidityMs)) return null
    if (this.#dueInMs(now) <= 0) this.#onDue()
    return held
  }

  /** Until the storage has the new tokens, nobody gets the old ones, nor refreshes them. */
  async #commit(tokens: T, event: TokenEvent): Promise<boolean> {
    const setting = (this.#setting = this.#vault.commit(tokens))
    const isSet = await setting
    if (this.#setting === setting) this.#setting = null
    if (isSet) this.#emit(event)
    else this.#options.onDiscard(tokens)
    return isSet
  }

  #restored(): void {
    this.#isRestored = true
    const held = this.#vault.held()
    if (held === null) return
    if (remainingMs(held.lifetime, this.#environment.clock.now()) <= 0 && !this.#options.canRefresh(held.tokens)) this.#unusable(held)
    else this.#emit({ type: 'restored' })
  }

  /** What to throw when there is no usable token and no way to another; ends a session whose token has expired. */
  #unusable(held: Held<T> | null): AuthError {
    if (held === null) return new AuthError('not_authenticated', 'Nobody is signed in.')
    const error = new AuthError('session_expired', 'The token has expired: sign in again.')
    if (remainingMs(held.lifetime, this.#environment.clock.now()) <= 0) this.end(error)
    return error
  }

  async #refreshed(stale: Held<T> | null, ignoreBackoff: boolean, signal: AbortSignal | undefined): Promise<Held<T>> {
    if (!this.#options.canRefresh(stale?.tokens ?? null)) throw this.#unusable(stale)
    await raceAbort(this.#refresher.run(ignoreBackoff), this.#epoch.signal, signal)
    const held = this.#vault.held()
    if (held === null) throw this.#unusable(null)
    return held
  }

  #dueInMs(now: Moment = this.#environment.clock.now()): number {
    const held = this.#vault.held()
    if (held === null || this.#isDisposed || this.#setting !== null || this.#refresher.isRunning()) return Infinity
    const leftMs = remainingMs(held.lifetime, now)
    if (!this.#options.canRefresh(held.tokens)) return leftMs
    const waitMs = this.#gate.waitMs()
    // What will not pass by itself is tried once more when the token has run out, not in a loop.
    const isBlocked = this.#gate.lastError()?.retryable === false
    return Math.max(waitMs, isBlocked ? leftMs : untilRefreshMs(held.lifetime, now, this.#options.refreshLeadMs))
  }

  #onDue(): void {
    const held = this.#vault.held()
    if (held !== null && !this.#options.canRefresh(held.tokens)) this.#unusable(held)
    else this.#refresher.run(false).catch(() => {})
  }

  #end(event: TokenEvent, reason: AuthError): void {
    this.#newEpoch(reason)
    this.#vault.clear()
    // A function that makes tokens out of nothing is not asked again at once.
    if (event.type === 'ended') this.#gate.close(event.error)
    this.#emit(event)
  }

  #newEpoch(reason: AuthError): void {
    this.#epoch.abort(reason)
    this.#refresher.reset()
    this.#epoch = new AbortController()
  }

  #emit(event: TokenEvent): void {
    this.#events.emit(event)
    this.#schedule.update()
  }

  #throwIfDisposed(): void {
    if (this.#isDisposed) throw disposed()
  }
}

const disposed = (): AuthError => new AuthError('disposed', 'dispose() was called.')
