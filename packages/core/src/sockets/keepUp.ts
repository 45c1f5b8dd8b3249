import { AuthError } from '../errors.ts'
import { backoffMs } from '../tokens/backoff.ts'
import { attempt, failed, type Connect, type Ending } from './attempt.ts'
import type { ConnectionAuth, ConnectionEnvironment, ConnectionState } from './connection.ts'
import { createPause } from './pause.ts'

/** Says how it is going. */
export type Show = (phase: ConnectionState['phase'], error: AuthError | null) => void

interface Upkeep {
  readonly auth: ConnectionAuth
  readonly connect: Connect
  readonly environment: ConnectionEnvironment
  readonly heartbeatMs: number | undefined
  readonly show: Show
  readonly signal: AbortSignal
}

/** Browsers are wrong about being offline now and then. */
const longestOfflineMs = 60_000

/** Goes on until `signal` aborts, or there is no use in it. */
export async function keepUp({ auth, environment, show, signal, ...options }: Upkeep): Promise<void> {
  const { network, crypto } = environment
  const pause = createPause(environment)
  let [failures, hasRenewed, why]: [number, boolean, AuthError | null] = [0, false, null]

  while (!signal.aborted) {
    if (!network.isOnline()) {
      show('waiting', why)
      await pause(longestOfflineMs, signal)
    }
    if (signal.aborted) return
    show('connecting', why)
    const ended = await attempt({ ...options, environment, login: signal, onOpen: () => show('open', null) })
    if (ended.isStable) [failures, hasRenewed] = [0, false]
    if (ended.isLast === true) return show('ended', null)
    why = ended.error ?? null
    if (ended.isRefused === true) {
      show('connecting', null)
      why = hasRenewed ? refused() : await renew(auth, ended)
      hasRenewed = true
      if (why === null) continue
    }
    if (why?.retryable === false) return show('failed', why)
    if (ended.isMoved !== true) {
      show('waiting', why)
      const askedMs = why?.retryAfterMs ?? ended.waitMs ?? 0
      // Of all that listens to a wake it is the last: whoever looks then what other tabs did has begun to.
      if (ended.isLeft === true) await pause(longestOfflineMs, signal)
      else await pause(Math.max(askedMs, backoffMs(++failures, crypto.fraction())), signal, askedMs === 0)
    }
    // Where the browser keeps the session, it may be somebody else's by now.
    if (!signal.aborted) await auth.look()
  }
}

/** Gets a new token, unless there is a newer one than the server refused. */
async function renew({ tokens }: ConnectionAuth, { generation }: Ending): Promise<AuthError | null> {
  const refreshed = await tokens.refresh(generation === undefined ? {} : { generation }).catch(failed)
  return refreshed?.error ?? null
}

function refused(): AuthError {
  return new AuthError('revoked', 'The server refuses the token, and a refresh does not help: sign in again, or look at the server.')
}
