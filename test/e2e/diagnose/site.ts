import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A page and its provider, each on an origin of its own, that can be configured wrongly. */
export interface Site {
  readonly port: number
  /** Of the provider. */
  readonly issuer: string
  /** Headers of the page. */
  pageHeaders: Record<string, string>
  /** How far ahead the page's server believes to be, in milliseconds. */
  aheadMs: number
  /** What the provider does instead. */
  fault: ((request: IncomingMessage, response: ServerResponse) => boolean) | null
  readonly stop: () => Promise<void>
}

const html = (body: string): string => `<!doctype html><title>Page</title><body>${body}`

/** What is on a page, by its path; on all others it is the script. */
const bodies: Readonly<Record<string, (parameters: URLSearchParams) => string>> = {
  '/twice': () => '<script type="module" src="/one.js"></script><script type="module" src="/other.js"></script>',
  // That of the provider is of the same site, so that what is found is not of third parties: of those, Chromium blocks the storage as well.
  '/outer': (parameters) => `<iframe ${parameters.get('sandbox') ?? ''} src="${parameters.get('src')?.replaceAll('&', '&amp;')}"></iframe>`,
}

export async function createSite(script: string): Promise<Site> {
  const provider = await listen((request, response) => {
    if (site.fault?.(request, response) === true) return
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const body = bodies[pathname]?.(searchParams)
    if (body !== undefined) return void response.setHeader('content-type', 'text/html').end(html(body))
    response.setHeader('access-control-allow-origin', '*')
    if (request.url === '/token') return end(response, 400, { error: 'invalid_request' })
    if (request.url === '/jwks') return end(response, 200, { keys: [] })
    const { issuer } = site
    end(response, 200, { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` })
  })
  const app = await listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    response.setHeader('date', new Date(Date.now() + site.aheadMs).toUTCString())
    // A sandboxed page has an origin of its own, and modules are fetched with CORS.
    if (pathname.endsWith('.js')) return void response.writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' }).end(script)
    for (const [name, value] of Object.entries(site.pageHeaders)) response.setHeader(name, value)
    response.setHeader('content-type', 'text/html')
    response.end(html(bodies[pathname]?.(searchParams) ?? '<script type="module" src="/main.js"></script>'))
  })
  const site: Site = {
    port: app.port,
    issuer: `http://localhost:${provider.port}`,
    pageHeaders: {},
    aheadMs: 0,
    fault: null,
    stop: async () => void (await Promise.all([app.stop(), provider.stop()])),
  }
  return site
}

function end(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function listen(listener: RequestListener): Promise<{ readonly port: number; readonly stop: () => Promise<unknown> }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, resolve))
  const stop = (): Promise<unknown> => {
    server.closeAllConnections()
    return new Promise((resolve) => void server.close(resolve))
  }
  return { port: (server.address() as AddressInfo).port, stop }
}
