import type { InspectEvent } from '../auth/inspect.ts'
import type { ReadableStore } from '../auth/store.ts'
import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { baseOf } from '../browser/page.ts'
import { checkAuth, checkDurationMs, checkOptions, configError, type Given } from '../checkOptions.ts'
import { AuthError, isAuthError } from '../errors.ts'
import { isDone, type AuthedFetch } from '../http/authedFetch.ts'
import { keepRequest, type KeptRequest } from './keepRequest.ts'
import { createParkingLot } from './parkingLot.ts'
import { createStays, type Stay, type WatchedTokens } from './stays.ts'

/** Options of {@link parkRequests}. */
export interface ParkingOptions {
  /** How many requests may wait at once; what comes then is not parked. Default 20. */
  readonly most?: number | undefined
  /** How long a request waits, in milliseconds. Default 300 000. */
  readonly longestMs?: number | undefined
  /** The largest body that is kept, in bytes; a request with a larger one is not parked. Default 1 048 576. */
  readonly largestBytes?: number | undefined
}

/** What is needed of an auth: any that `createAuth` made. */
export interface ParkableAuth {
  readonly fetch: AuthedFetch
  readonly checkDestination: (url: string | URL) => void
  readonly inspect: (listener: (event: InspectEvent) => void) => () => void
  readonly dispose: () => void
  readonly tokens: WatchedTokens & { readonly refresh: (options: { readonly generation: number; readonly signal: AbortSignal }) => Promise<void> }
}

/** What {@link parkRequests} adds. */
export interface Parked {
  /** How many requests wait for the person to sign in again. */
  readonly parkedStore: ReadableStore<number>
}

/**
 * Gives the same auth with a `fetch` that survives the end of a session: a request that met it waits until the same person has signed
 * in again, here or in another tab, and is sent once more. As nobody else, and never twice. What waits in vain settles as it would
 * have at once: with the 401, or with the error; with `user_changed` when somebody else signed in.
 *
 * @example
 * export const auth = parkRequests(createAuth({ method: password({ loginUrl: '/login', refreshUrl: '/refresh' }) }))
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function parkRequests<A extends ParkableAuth>(auth: A, options: ParkingOptions = {}, environment: Environment = realEnvironment): A & Parked {
  checkAuth(auth, 'parkRequests')
  const { most, longestMs, largestBytes } = checkParkingOptions(options)
  const lot = createParkingLot({ most, longestMs, environment })
  const onGone = (next: 'somebody' | 'nobody'): void => lot.clear(next === 'somebody' ? 'user_changed' : 'signed_out')
  const stays = createStays({ tokens: auth.tokens, onBack: lot.release, onGone })
  let turns = 0

  const waitOut = async (stay: Stay, kept: KeptRequest, { turn, outcome }: Try): Promise<Response> => {
    const reading = kept.read(largestBytes).catch(() => null)
    const isReady = reading.then((repeat) => repeat !== null)
    const { origin, pathname } = new URL(kept.url)
    const verdict = await lot.wait({ turn, url: origin + pathname, signal: kept.signal, isReady, mayGo: () => stays.isHere(stay) })
    const repeat = verdict === 'released' ? await reading : null
    // From here to its own look at who is signed in, `fetch` waits for nothing.
    const isSent = repeat !== null && stays.isHere(stay)
    if (kept.signal.aborted || isSent || verdict === 'user_changed') discard(outcome)
    kept.signal.throwIfAborted()
    if (isSent) return auth.fetch(...repeat())
    if (verdict === 'user_changed') throw new AuthError('user_changed', 'The session came to an end, and somebody else signed in: not sent. Drop the request.')
    return give(outcome)
  }

  const fetch: AuthedFetch = async (input, init) => {
    const stay = stays.now()
    const kept = stay && keepRequest(input, init, baseOf(environment.page))
    if (stay === null || kept === null) return auth.fetch(input, init)
    const turn = turns++
    if (stay.isOver) {
      auth.checkDestination(kept.url)
      // Sent now, it could go out as whoever signs in next.
      return waitOut(stay, kept, { turn, outcome: nobody() })
    }
    const { ends } = stay
    const outcome = await outcomeOf(auth.fetch(input, init))
    if (!isRefusal(outcome, kept)) return give(outcome)
    // A second 401 ends the session a little later, once it is known what other tabs have.
    if ('response' in outcome) await auth.tokens.refresh({ generation: noGeneration, signal: kept.signal }).catch(() => {})
    return stays.now() === stay && stay.ends !== ends ? waitOut(stay, kept, { turn, outcome }) : give(outcome)
  }

  return withMembers(auth, {
    fetch,
    inspect(listener) {
      const releases = [auth.inspect(listener), lot.events.subscribe(listener)]
      return () => releases.forEach((release) => release())
    },
    dispose() {
      auth.dispose()
      lot.events.clear()
      stays.stop()
      lot.clear('signed_out')
    },
    parkedStore: lot.store,
  })
}

/** A copy of the auth with these members. */
function withMembers<A extends ParkableAuth>(auth: A, own: Partial<ParkableAuth> & Parked): A & Parked {
  // Reading `ready` would start looking who is signed in.
  const all = { ...Object.getOwnPropertyDescriptors(auth), ...Object.getOwnPropertyDescriptors(own) }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It has every member of the auth, and its own.
  return Object.defineProperties({}, all) as A & Parked
}

type Outcome = { readonly response: Response } | { readonly error: unknown }

/** A request that was made, and what came of it. */
interface Try {
  readonly turn: number
  readonly outcome: Outcome
}

/** Of no tokens: asked to refresh those, a manager only waits until it is known what holds. */
const noGeneration = -1

/** What a request meets at the end of a session. The last: one that would have been sent as the same person, who has signed in again meanwhile. */
const refusalCodes = ['session_expired', 'refresh_rejected', 'revoked', 'user_disabled', 'invalid_id_token', 'not_authenticated', 'user_changed'] as const

function isRefusal(outcome: Outcome, kept: KeptRequest): boolean {
  if ('error' in outcome) return isAuthError(outcome.error, ...refusalCodes)
  return outcome.response.status === 401 && !isDone(outcome.response, kept)
}

async function outcomeOf(sent: Promise<Response>): Promise<Outcome> {
  try {
    return { response: await sent }
  } catch (error) {
    return { error }
  }
}

function give(outcome: Outcome): Response {
  if ('error' in outcome) throw outcome.error
  return outcome.response
}

function discard(outcome: Outcome): void {
  if ('response' in outcome) void outcome.response.body?.cancel().catch(() => {})
}

function nobody(): Outcome {
  return { error: new AuthError('not_authenticated', 'The session came to an end, and nobody has signed in again: sign in first.') }
}

function checkParkingOptions(options: ParkingOptions): Required<Given<ParkingOptions>> {
  const checked = { most: 20, longestMs: 300_000, largestBytes: 1_048_576, ...checkOptions(options, 'parkRequests', ['most', 'longestMs', 'largestBytes']) }
  checkDurationMs(checked.longestMs, 'longestMs')
  for (const name of ['most', 'largestBytes'] as const) {
    if (!Number.isSafeInteger(checked[name]) || checked[name] < 0) throw configError(name, 'expected a whole number, 0 or more.')
  }
  return checked
}
