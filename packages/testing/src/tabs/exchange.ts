import type { Machine } from './machine.ts'
import type { Footing } from './steps.ts'
import type { Visit } from './visit.ts'

/** What a scripted server may use of virtual time. */
export interface ServerContext {
  /** True time, in epoch milliseconds. */
  readonly now: () => number
  /** Resolves after so many milliseconds. */
  readonly wait: (delayMs: number) => Promise<void>
}

/** What answers the requests of all pages. A rejection is an exchange that broke off. */
export type Server = (request: Request, context: ServerContext) => Response | Promise<Response>

/** A request under way. */
export interface OpenExchange {
  readonly visit: Visit
  readonly request: Request
  /** Whether the page still waits for it. */
  readonly isOpen: () => boolean
  /** Settles it; of no effect when the page waits no more. */
  readonly fail: (error: unknown) => void
  readonly succeed: (response: Response) => void
}

/** What `fetch` says of everything that is not an answer. */
export function fetchFailed(): TypeError {
  return new TypeError('Failed to fetch')
}

/** Takes a request to the server, which goes on with it whatever becomes of the page, and the answer back. */
export function sendExchange(exchange: OpenExchange, server: Server, { timeline, steps, latencies }: Machine): void {
  const { visit, request } = exchange
  const detail = request.url
  const committing: Footing = { visit, name: 'fetch.committed', detail }
  const context: ServerContext = {
    now: timeline.now,
    wait: (delayMs) => new Promise((resolve) => void timeline.schedule(resolve, { delayMs })),
  }
  /** Not if it broke off on the way there. Of a page that is gone, or that waits no more, it arrives. */
  const isComing = (): boolean => exchange.isOpen() || visit.state === 'gone' || request.signal.aborted
  const bring = (settle: () => void): void => {
    steps.tell(committing, 'after')
    timeline.schedule(() => steps.take({ visit, name: 'fetch.answered', detail }, settle), { delayMs: latencies.networkMs, visit })
  }
  const serve = async (): Promise<void> => {
    if (isComing()) steps.tell(committing, 'before')
    if (!isComing()) return
    try {
      const response = await follow(request, await server(request, context), (next) => server(next, context))
      bring(() => exchange.succeed(response))
    } catch (error) {
      bring(() => exchange.fail(error))
    }
  }
  timeline.schedule(serve, { delayMs: latencies.networkMs })
}

const redirects = [301, 302, 303, 307, 308]

/** A redirect as the request wants it; one that is followed keeps all headers but `Authorization`, as browsers do. */
async function follow(request: Request, response: Response, serve: (request: Request) => Response | Promise<Response>): Promise<Response> {
  const location = response.headers.get('location')
  if (location === null || !redirects.includes(response.status) || request.redirect === 'manual') return response
  if (request.redirect === 'error') throw fetchFailed()
  const [from, to] = [new URL(request.url), new URL(location, request.url)]
  const headers = new Headers(request.headers)
  if (from.origin !== to.origin) headers.delete('authorization')
  return serve(new Request(to, { headers }))
}
