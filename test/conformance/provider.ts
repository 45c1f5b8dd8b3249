import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { close, listen } from '../tabs/listen.ts'
import { createKeys } from './keys.ts'
import type { Served } from './module.ts'
import { createScene, type Scene } from './scene.ts'

/** A provider that does what a module says, and keeps count of what it is asked. */
export interface Provider {
  readonly origin: string
  /** Plays a module from now on, to an app that people come back to on this page and below it. */
  readonly play: (served: Served, page: string) => Scene
  readonly close: () => Promise<void>
}

/** Pages of the provider: no script of another origin has any business there. */
const withoutCors = ['authorization', 'end_session']

export async function createProvider(): Promise<Provider> {
  const keys = await createKeys()
  let scene: Scene | null = null

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    const body = new URLSearchParams(await text(request))
    const endpoint = scene?.endpointOf(url)
    const cors = endpoint === undefined || withoutCors.includes(endpoint) ? {} : corsHeaders(headers.origin ?? '*', headers['access-control-request-headers'])
    if (method === 'OPTIONS') return void response.writeHead(204, cors).end()
    const answered = await scene?.answer({ method, url: new URL(url, origin), authorization: headers.authorization, proof: [headers['dpop']].flat()[0], body })
    const found = answered ?? new Response(null, { status: 404 })
    response.writeHead(found.status, { ...Object.fromEntries(found.headers), 'cache-control': 'no-store', ...cors }).end(await found.text())
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  const origin = await listen(server)
  return {
    origin,
    play: (served, page) => (scene = createScene(served, { origin, page, keys })),
    close: () => close(server),
  }
}

function corsHeaders(origin: string, wanted = ''): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-headers': wanted,
    'access-control-allow-methods': 'GET, POST',
    'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce',
    vary: 'origin',
  }
}
