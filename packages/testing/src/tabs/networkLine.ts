import type { Environment } from '@tessera-auth/core'
import { fetchFailed, sendExchange, type OpenExchange, type Server } from './exchange.ts'
import type { Machine } from './machine.ts'
import type { Visit } from './visit.ts'

type Network = Environment['network']

/** A request under way, as the page sees it. */
export interface Flight {
  /** The `id` of its tab. */
  readonly tab: number
  readonly url: string
}

/** The network of a machine. */
export interface NetworkLine {
  readonly networkOf: (visit: Visit) => Network
  /** Requests that pages wait for. */
  readonly flights: () => readonly Flight[]
  readonly goOffline: () => void
  readonly goOnline: () => void
  /** Breaks all exchanges off. A server that had a request may have done what it asks for. */
  readonly reset: () => void
  readonly drop: (visit: Visit) => void
}

interface Exchange extends OpenExchange {
  /** The page waits for it no more. */
  readonly close: () => void
}

export function createNetworkLine(machine: Machine, server: Server): NetworkLine {
  const { timeline, steps } = machine
  const exchanges = new Set<Exchange>()
  let isOnline = true

  const send = (exchange: Exchange): void => {
    if (isOnline) sendExchange(exchange, server, machine)
    else timeline.schedule(() => exchange.fail(fetchFailed()), { visit: exchange.visit })
  }
  const reset = (): void => {
    for (const { close, fail, visit } of exchanges) {
      close()
      // A page that does not run learns of it when it does.
      timeline.schedule(() => fail(fetchFailed()), { visit })
    }
  }
  return {
    networkOf: (visit) => ({
      isOnline: () => isOnline,
      fetch: (request) => {
        const fetched = steps.take({ visit, name: 'fetch.sent', detail: request.url }, () => begin({ visit, request, exchanges }, send))
        // Of a page that is gone: it never hears of anything again.
        return fetched ?? new Promise<never>(() => {})
      },
    }),
    flights: () => [...exchanges].map(({ visit, request }) => ({ tab: visit.tab, url: request.url })),
    goOffline() {
      isOnline = false
      reset()
    },
    goOnline: () => void (isOnline = true),
    reset,
    drop(visit) {
      for (const exchange of exchanges) if (exchange.visit === visit) exchange.close()
    },
  }
}

interface Sender {
  readonly visit: Visit
  readonly request: Request
  readonly exchanges: Set<Exchange>
}

function begin({ visit, request, exchanges }: Sender, send: (exchange: Exchange) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { signal } = request
    if (signal.aborted) return reject(signal.reason)
    const onAbort = (): void => exchange.fail(signal.reason)
    const exchange: Exchange = {
      visit,
      request,
      isOpen: () => exchanges.has(exchange),
      close() {
        signal.removeEventListener('abort', onAbort)
        exchanges.delete(exchange)
      },
      fail(error) {
        exchange.close()
        reject(error)
      },
      succeed(response) {
        if (!exchange.isOpen()) return
        exchange.close()
        resolve(response)
      },
    }
    exchanges.add(exchange)
    signal.addEventListener('abort', onAbort)
    send(exchange)
  })
}
