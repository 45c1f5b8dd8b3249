import { createEmitter } from '../browser/emitter.ts'
import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { memoryStorage, type TokenStorage } from '../browser/storage.ts'
import { checkDurationMs, checkOptions, checkText, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { isFresh, remainingMs, untilRefreshMs } from '../session/lifetime.ts'
import { isTokenSet, type TokenSet } from '../session/session.ts'
import { raceAbort } from './raceAbort.ts'
import { createRefresher, type RefreshFunction, type Refresher } from './refresh.ts'
import { noTokensStatus, type RefreshStatus } from './refreshStatus.ts'
import { createSchedule, type Schedule } from './schedule.ts'
import type { TokenEvent } from './tokenEvent.ts'
import { createVault, type Held, type Vault } from './vault.ts'

/** Options of {@link TokenManager}. */
export interface TokenManagerOptions<T extends TokenSet = TokenSet> {
  /**
   * Gets new tokens for old. Called by at most one caller at a time. It ends the session by throwing an {@link AuthError} with code
   * `refresh_rejected`; whatever else it throws counts as passing trouble.
   */
  readonly refresh: RefreshFunction<T>
  /** `'memory'` (default), `'session'` (sessionStorage), or a storage of your own. */
  readonly storage?: 'memory' | 'session' | TokenStorage
  /** Under which the storage keeps the tokens. One manager per key. Default `tessera:tokens`. */
  readonly storageKey?: string
  /** How long before expiry a refresh starts, in milliseconds; never more than a quarter of the token's life. Default 300 000. */
  readonly refreshLeadMs?: number
  /** How long one refresh may take, in milliseconds. Default 10 000. */
  readonly requestTimeoutMs?: number
  /** Refreshes ahead of need by a timer. Default `true`; when `false`, only while {@link TokenManager.start} is in force. */
  readonly background?: boolean
  /** Whether these tokens, or none (`null`), can be refreshed. Default: always. Tokens that cannot be end when they expire. */
  readonly canRefresh?: (tokens: T | null) => boolean
  /** Checks the members that stored tokens have beyond a {@link TokenSet}. Default: none. */
  readonly accept?: (tokens: TokenSet) => tokens is T
  /** Receives tokens that came too late to be used (after `clear()` or `setTokens()`), so that they can be revoked. */
  readonly onDiscard?: (tokens: T) => void
}

/** What a caller asks of an access token. */
export interface AccessTokenOptions {
  /** The token must live at least this long, in milliseconds. Default 5 000, at most an eighth of its life. */
  readonly minValidityMs?: number
  /** Gives up waiting. A refresh that others wait for goes on. */
  readonly signal?: AbortSignal
}

const optionNames = [
  'refresh',
  'storage',
  'storageKey',
  'refreshLeadMs',
  'requestTimeoutMs',
  'background',
  'canRefresh',
  'accept',
  'onDiscard',
] as const

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
  readonly #vault: Vault<T>
  readonly #refresher: Refresher
  readonly #schedule: Schedule
  readonly #events = createEmitter<TokenEvent>()
  readonly #refreshLeadMs: number
  readonly #onDiscard: (tokens: T) => void
  readonly #canRefresh: (tokens: T | null) => boolean
  /** Aborted when the tokens of now become somebody else's, or nobody's. */
  #epoch = new AbortController()
  #isDisposed = false
  #isRestored = false

  /** @throws AuthError `invalid_config`, naming the option. */
  constructor(options: TokenManagerOptions<T>, environment: Environment = realEnvironment) {
    const checked = checkOptions(options, 'TokenManager', optionNames)
    const { refresh, background = true, canRefresh = () => true, refreshLeadMs = 300_000, requestTimeoutMs = 10_000 } = checked
    if (typeof refresh !== 'function') throw configError('refresh', 'expected a function.')
    this.#environment = environment
    this.#refreshLeadMs = checkDurationMs(refreshLeadMs, 'refreshLeadMs')
    this.#canRefresh = canRefresh
    this.#onDiscard = checked.onDiscard ?? (() => {})
    const emit = (event: TokenEvent): void => this.#emit(event)
    this.#vault = createVault<T>({
      storage: storageOf(checked.storage, environment),
      key: checkText(checked.storageKey ?? 'tessera:tokens', 'storageKey'),
      clock: environment.clock,
      timer: environment.timer,
      accept: checked.accept ?? ((tokens): tokens is T => isTokenSet(tokens)),
      onStorageError: (error) => emit({ type: 'storage_failed', error }),
    })
    this.#refresher = createRefresher<T>({
      vault: this.#vault,
      refresh,
      deadlineMs: checkDurationMs(requestTimeoutMs, 'requestTimeoutMs'),
      environment,
      emit,
      end: (error) => this.end(error),
      discard: this.#onDiscard,
    })
    this.#schedule = createSchedule(environment.timer, environment.wake, () => this.#dueInMs(), () => this.#onDue(), () => this.#refresher.hurry())
    if (background) this.#schedule.start()
  }

  /** Replaces the tokens: of a new login, of whomever. A refresh under way for the old ones is dropped. */
  async setTokens(tokens: T): Promise<void> {
    this.#throwIfDisposed()
    if (!isTokenSet(tokens)) throw new AuthError('invalid_input', 'setTokens() takes { accessToken, refreshToken?, expiresInMs? }.')
    this.#newEpoch(new AuthError('user_changed', 'Somebody signed in meanwhile.'))
    // Newer than whatever the storage may hold.
    this.#isRestored = true
    if (await this.#vault.commit(tokens)) this.#emit({ type: 'set' })
    else this.#onDiscard(tokens)
  }

  /**
   * A fresh access token: at once when the current one will do, after a refresh otherwise.
   *
   * @throws AuthError `not_authenticated`, `session_expired`, `refresh_rejected`, `user_changed` when the tokens were replaced
   * meanwhile, `aborted`, `disposed`, or the code of a failed refresh; `retryable` tells whether trying later may help.
   */
  async getAccessToken(options?: AccessTokenOptions): Promise<string> {
    return (await this.acquire(options)).tokens.accessToken
  }

  /** Like {@link getAccessToken}, with all that came with the token and the generation it belongs to. */
  async acquire({ minValidityMs, signal }: AccessTokenOptions = {}): Promise<Held<T>> {
    await this.restore()
    const held = this.#vault.held()
    if (held !== null && isFresh(held.lifetime, this.#environment.clock.now(), minValidityMs)) {
      if (this.#dueInMs() <= 0) this.#onDue()
      return held
    }
    if (!this.#canRefresh(held?.tokens ?? null)) throw this.#unusable(held)
    return this.#refreshed(false, signal)
  }

  /**
   * Gets new tokens now, or joins the refresh under way. Skips the wait after a failure, but not one the server asked for.
   *
   * @param options.generation Does nothing when the tokens have changed since.
   */
  async refresh(options: { readonly generation?: number; readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.restore()
    const held = this.#vault.held()
    if (options.generation !== undefined && held?.generation !== options.generation) return
    if (!this.#canRefresh(held?.tokens ?? null)) throw this.#unusable(held)
    await this.#refreshed(true, options.signal)
  }

  /** Forgets the tokens, here and in the storage, at once. */
  clear(): void {
    this.#end({ type: 'cleared' }, new AuthError('not_authenticated', 'Signed out meanwhile.'))
  }

  /** Ends the session as a refusal would, for a server that refuses a token straight after a refresh. */
  end(error: AuthError): void {
    this.#end({ type: 'ended', error }, error)
  }

  /** Reads the storage, once; everything that needs tokens does so by itself. */
  async restore(): Promise<void> {
    this.#throwIfDisposed()
    await this.#vault.restore()
    if (this.#isRestored) return
    this.#isRestored = true
    const held = this.#vault.held()
    if (held === null) return
    const isOver = remainingMs(held.lifetime, this.#environment.clock.now()) <= 0 && !this.#canRefresh(held.tokens)
    if (isOver) this.#unusable(held)
    else this.#emit({ type: 'set' })
  }

  /** The tokens as they are, fresh or not; `null` when there are none. For adapters: ask {@link getAccessToken} for a token to use. */
  get current(): Held<T> | null {
    return this.#vault.held()
  }

  /** How refreshing is going, by the clock of this moment. */
  get status(): RefreshStatus {
    const held = this.#vault.held()
    if (held === null) return noTokensStatus
    const { wallAt } = this.#environment.clock.now()
    const [leftMs, dueMs] = [remainingMs(held.lifetime, this.#environment.clock.now()), this.#dueInMs()]
    const error = this.#refresher.lastError()
    const failing = this.#environment.network.isOnline() ? 'degraded' : 'paused'
    return {
      phase: this.#refresher.isRunning() ? 'refreshing' : error === null ? 'idle' : failing,
      receivedAt: held.lifetime.received.wallAt,
      expiresAt: leftMs === Infinity ? null : wallAt + leftMs,
      refreshAt: dueMs === Infinity || !this.#canRefresh(held.tokens) ? null : wallAt + Math.max(0, dueMs),
      error,
    }
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

  /** What to throw when there is no usable token and no way to another; ends a session whose token has expired. */
  #unusable(held: Held<T> | null): AuthError {
    if (held === null) return new AuthError('not_authenticated', 'Nobody is signed in.')
    const error = new AuthError('session_expired', 'The token has expired and cannot be refreshed: sign in again.')
    if (remainingMs(held.lifetime, this.#environment.clock.now()) <= 0) this.end(error)
    return error
  }

  async #refreshed(ignoreBackoff: boolean, signal: AbortSignal | undefined): Promise<Held<T>> {
    await raceAbort(this.#refresher.run(ignoreBackoff), this.#epoch.signal, signal)
    const held = this.#vault.held()
    if (held === null) throw this.#unusable(null)
    return held
  }

  #dueInMs(): number {
    const held = this.#vault.held()
    if (held === null || this.#isDisposed || this.#refresher.isRunning()) return Infinity
    const now = this.#environment.clock.now()
    const leftMs = remainingMs(held.lifetime, now)
    if (!this.#canRefresh(held.tokens)) return leftMs
    const waitMs = this.#refresher.waitMs()
    // What will not pass by itself is tried once more when the token has run out, not in a loop.
    const isBlocked = this.#refresher.lastError()?.retryable === false
    return Math.max(waitMs, isBlocked ? leftMs : untilRefreshMs(held.lifetime, now, this.#refreshLeadMs))
  }

  #onDue(): void {
    const held = this.#vault.held()
    if (held !== null && !this.#canRefresh(held.tokens)) this.#unusable(held)
    else this.#refresher.run(false).catch(() => {})
  }

  #end(event: TokenEvent, reason: AuthError): void {
    this.#newEpoch(reason)
    this.#vault.clear()
    this.#emit(event)
  }

  #newEpoch(reason: AuthError): void {
    this.#epoch.abort(reason)
    this.#refresher.reset()
    this.#epoch = new AbortController()
  }

  #emit(event: TokenEvent): void {
    this.#schedule.update()
    this.#events.emit(event)
  }

  #throwIfDisposed(): void {
    if (this.#isDisposed) throw disposed()
  }
}

function storageOf(storage: TokenManagerOptions['storage'], { tabStorage }: Environment): TokenStorage {
  if (storage === undefined || storage === 'memory') return memoryStorage()
  if (storage === 'session') return tabStorage
  const isStorage =
    typeof storage === 'object' &&
    storage !== null &&
    [storage.getItem, storage.setItem, storage.removeItem].every((member) => typeof member === 'function')
  if (!isStorage) throw configError('storage', "expected 'memory', 'session', or an object with getItem, setItem and removeItem.")
  return storage
}

function disposed(): AuthError {
  return new AuthError('disposed', 'dispose() was called: nothing can be asked any more.')
}
