import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { close, listen } from './listen.ts'

/**
 * The only way to the token endpoint, with a door in it. No client outlives that a strict server spends its refresh token and the answer
 * is lost with the page: so whoever is to destroy or freeze a page closes the door first, and waits until what was inside has come out.
 *
 * Pages come by an address of their own, `/<page>/token`, so that it is known whose request is whose.
 */
export interface Gate {
  readonly origin: string
  /** Requests that were forwarded. */
  readonly forwarded: number
  /** Requests that found nobody: {@link Gate.refuse}. */
  readonly refused: number
  /** Pages whose request waits at the closed door, unforwarded. */
  readonly waiting: () => readonly string[]
  /** From now on requests wait; resolves when none that was let through is without its answer. */
  readonly shut: () => Promise<void>
  readonly open: () => void
  /** The requests of this page are answered with 503 until it is let back, and never forwarded. */
  readonly banish: (page: string) => void
  readonly letBack: (page: string) => void
  /** Whether connections are cut before anything is said, as if there were no network. */
  readonly refuse: (isRefusing: boolean) => void
  /** Resolves when so many more requests were let through, or have come to wait. */
  readonly passed: (count: number) => Promise<void>
  readonly close: () => Promise<void>
}

interface Waiting {
  readonly page: string
  readonly go: () => void
}

/** @param target Of the identity server. */
export async function createGate(target: string): Promise<Gate> {
  let [isShut, isRefusing, arrived, forwarded, refused, inside] = [false, false, 0, 0, 0, 0]
  let waiting: readonly Waiting[] = []
  const banished = new Set<string>()
  const changes = new EventTarget()

  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => changes.addEventListener('change', resolve, { once: true }))
  }
  const changed = (): boolean => changes.dispatchEvent(new Event('change'))
  const forward = async (request: IncomingMessage, body: string, response: ServerResponse): Promise<void> => {
    forwarded++
    inside++
    response.once('close', () => {
      inside--
      changed()
    })
    const { origin = '', 'content-type': type = '' } = request.headers
    const answer = await fetch(`${target}/token`, { method: 'POST', headers: { origin, 'content-type': type }, body })
    const names = ['content-type', 'access-control-allow-origin', 'access-control-expose-headers', 'cache-control']
    const headers = names.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? ''] as const] : []))
    response.writeHead(answer.status, Object.fromEntries(headers)).end(await answer.text())
  }
  const turnAway = (request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(503, { 'access-control-allow-origin': request.headers.origin ?? '' }).end()
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const page = /^\/([\w-]+)\/token$/.exec(request.url ?? '')?.[1]
    if (isRefusing) {
      refused++
      return void request.socket.destroy()
    }
    if (page === undefined || request.method !== 'POST') return void response.writeHead(404).end()
    const body = await text(request)
    arrived++
    changed()
    const go = (): void => {
      waiting = waiting.filter((each) => each.go !== go)
      if (response.closed || response.destroyed) return
      if (banished.has(page)) turnAway(request, response)
      else forward(request, body, response).catch(() => response.destroy())
    }
    if (!isShut || banished.has(page)) return go()
    waiting = [...waiting, { page, go }]
    response.once('close', () => {
      waiting = waiting.filter((each) => each.go !== go)
    })
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  const origin = await listen(server)
  return {
    origin,
    get forwarded() {
      return forwarded
    },
    get refused() {
      return refused
    },
    waiting: () => waiting.map(({ page }) => page),
    shut() {
      isShut = true
      return until(() => inside === 0)
    },
    open() {
      isShut = false
      for (const { go } of waiting) go()
    },
    banish(page) {
      banished.add(page)
      for (const each of waiting) if (each.page === page) each.go()
    },
    letBack: (page) => void banished.delete(page),
    refuse(isOn) {
      isRefusing = isOn
      if (isOn) server.closeAllConnections()
    },
    passed(count) {
      const enough = arrived + count
      return until(() => arrived >= enough)
    },
    close: () => close(server),
  }
}
