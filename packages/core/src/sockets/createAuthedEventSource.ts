import { environment as realEnvironment } from '../browser/environment.ts'
import { report } from '../browser/report.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { checkAuth, checkOptions, checkPathOrUrl, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { retryAfterMs } from '../session/retryAfter.ts'
import { failed, type Connecting, type Ending } from './attempt.ts'
import type { Connection, ConnectionAuth, ConnectionEnvironment, ConnectionOptions } from './connection.ts'
import { createReconnection } from './createReconnection.ts'
import { createEventStream, headerOf, type StreamEvent } from './eventStream.ts'

/** Options of {@link createAuthedEventSource}. */
export interface EventSourceOptions extends ConnectionOptions {
  /** A path of this app's own origin, or a URL that `auth.fetch` may send credentials to. */
  readonly url: string
  /** Each event, of whatever type; none once the person has signed out or is somebody else. */
  readonly onEvent: (event: StreamEvent) => void
}

/** Of what a server asks to wait. */
const longestRetryMs = 300_000
/** Until the head of an answer: some servers send it with the first event alone. */
const answerMs = 60_000

/**
 * Keeps a stream of server-sent events open while somebody is signed in: an `EventSource` by `auth.fetch`, so that the token travels in
 * a header, and a 401 is met as ever.
 *
 * @example
 * const news = createAuthedEventSource(auth, { url: 'https://api.example/news', onEvent: ({ type, data }) => show(type, data) })
 * news.start()
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function createAuthedEventSource(auth: ConnectionAuth, options: EventSourceOptions, environment: ConnectionEnvironment = realEnvironment): Connection {
  checkAuth(auth, 'createAuthedEventSource')
  const { url, onEvent, heartbeatMs } = checkOptions(options, 'createAuthedEventSource', ['url', 'onEvent', 'heartbeatMs'])
  checkPathOrUrl(url, 'url')
  if (typeof onEvent !== 'function') throw configError('onEvent', 'expected a function.')
  const { clock, timer } = environment
  let life: AbortSignal | null = null
  let [lastEventId, waitMs] = ['', 0]

  const connect = async ({ signal, login, onOpen, onHeard }: Connecting): Promise<Ending> => {
    // What somebody else has seen last is nothing to go on from.
    if (life !== login) [life, lastEventId, waitMs] = [login, '', 0]
    const headers = { accept: 'text/event-stream', ...(lastEventId === '' ? {} : { 'last-event-id': headerOf(lastEventId) }) }
    const response = await withDeadline({ timer, deadlineMs: answerMs, signal }, (limited) => auth.fetch(url, { headers, cache: 'no-store', signal: limited }))
    const ending = judge(response, clock.now().wallAt)
    if (ending !== null) {
      await response.body?.cancel()
      return ending
    }
    onOpen()
    const take = createEventStream({
      lastEventId,
      onEvent(event) {
        if (!signal.aborted) quietly(() => onEvent(event))
      },
      onId: (id) => void (signal.aborted || (lastEventId = id)),
      onRetry: (retryMs) => void (signal.aborted || (waitMs = Math.min(retryMs, longestRetryMs))),
    })
    const hear = (text: string): void => {
      onHeard()
      take(text)
    }
    const broken = await read(response, hear, signal).catch(failed)
    return { ...broken, waitMs }
  }
  return createReconnection(auth, { connect, environment, heartbeatMs })
}

async function read({ body }: Response, take: (text: string) => void, signal: AbortSignal): Promise<void> {
  const reader = body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  const stop = (): void => void reader.cancel().catch(() => {})
  // Some engines forget, in the course of hours, that a request follows a signal.
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) take(decoder.decode(value, { stream: true }))
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

/** What an answer means that is no stream; `null`: it is one. */
function judge({ status, headers }: Response, nowAt: number): Ending | null {
  const isStream = /^\s*text\/event-stream\s*(;|$)/i.test(headers.get('content-type') ?? '')
  if (status === 200 && isStream) return null
  if (status === 204) return { isLast: true }
  // A refresh has been tried. It may have failed for a reason that passes.
  if (status === 401) return { isRefused: true }
  if (status === 403) return { error: new AuthError('access_denied', 'The server refuses this stream to whoever is signed in: say so.', { status }) }
  if ([408, 425, 429].includes(status) || status >= 500) {
    const waitMs = retryAfterMs(headers.get('retry-after'), nowAt)
    return { error: new AuthError(status === 429 ? 'rate_limited' : 'server_error', `The server answered ${status}: another attempt follows.`, { status, retryAfterMs: waitMs }) }
  }
  if (status >= 400) return { error: new AuthError('invalid_config', `Invalid option "url": the server answers ${status}.`, { option: 'url', status }) }
  return { error: new AuthError('invalid_response', 'The answer is no text/event-stream: look at "url".', { status }) }
}

function quietly(run: () => void): void {
  try {
    run()
  } catch (error) {
    report(error)
  }
}
