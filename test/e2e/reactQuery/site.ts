import { createServer, type IncomingMessage, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'

/** A server of one page: people sign in, and each has things of their own. */
export interface Site {
  readonly origin: string
  /** What its API was asked, with who asked and whether it was answered: `ada GET orders 200`. */
  readonly asked: readonly string[]
  /** Lets requests that match wait for an answer until the returned function is called. */
  readonly hold: (asked: string) => () => void
  /** What becomes of orders that are sent. */
  postStatus: number
  /** Orders that were taken, with who sent them: `ada loom`. */
  readonly taken: readonly string[]
  /** Ends all sessions that there are. */
  readonly revoke: () => void
  readonly close: () => Promise<void>
}

export async function createSite(script: string): Promise<Site> {
  const asked: string[] = []
  const taken: string[] = []
  let revoked = 0
  const held = new Map<string, Promise<void>>()
  const [html, blank] = ['<!doctype html><title>Things</title><div id="root"></div><script type="module" src="/main.js"></script>', '<!doctype html><title>Away</title>']

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const body = await text(request)
    if (pathname === '/') return { type: 'text/html', body: html }
    if (pathname === '/away') return { type: 'text/html', body: blank }
    if (pathname === '/main.js') return { type: 'text/javascript', body: script }
    if (pathname === '/login') return tokensOf((JSON.parse(body) as { readonly email: string }).email.replace(/@.*/, ''))
    if (pathname === '/refresh') return refresh(body)
    if (pathname.startsWith('/api/')) return api(request, pathname.slice(5), body)
    return { status: 204, type: 'text/plain', body: '' }
  }
  const refresh = (body: string): Answer => {
    const [, name = 'nobody', number = '0'] = /"refresh-(\w+)-(\d+)/.exec(body) ?? []
    return Number(number) > revoked ? tokensOf(name) : { status: 400, type: 'application/json', body: '{"error":"invalid_grant"}' }
  }
  const api = async (request: IncomingMessage, kind: string, body: string): Promise<Answer> => {
    const { name: person, jti } = claimsOf(request)
    const { method = '' } = request
    const what = `${person} ${method} ${kind}`
    asked.push(what)
    await held.get(what)
    if (jti <= revoked) return { status: 401, type: 'text/plain', body: '' }
    const status = method === 'POST' ? site.postStatus : 200
    if (method === 'POST') taken.push(`${person} ${body}`)
    return { status, type: 'application/json', body: JSON.stringify(['one', 'two'].map((each) => `${person}'s ${kind} ${each}`)) }
  }

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status = 200, type, body }) => void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-cache' }).end(status === 204 ? undefined : body),
      () => response.destroy(),
    )
  })
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve))
  const site: Site = {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    asked,
    hold(what) {
      const { promise, resolve } = Promise.withResolvers<void>()
      held.set(what, promise)
      return () => {
        held.delete(what)
        resolve()
      }
    },
    postStatus: 200,
    taken,
    revoke: () => void (revoked = issued),
    close: () => close(server),
  }
  return site
}

interface Answer {
  readonly status?: number
  readonly type: string
  readonly body: string
}

let issued = 0

function tokensOf(name: string): Answer {
  issued++
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'none' })}.${part({ sub: name, name, jti: issued })}.c2ln`
  return { type: 'application/json', body: JSON.stringify({ access_token: token, refresh_token: `refresh-${name}-${issued}`, token_type: 'Bearer', expires_in: 3600 }) }
}

interface TokenClaims {
  readonly name: string
  readonly jti: number
}

function claimsOf({ headers }: IncomingMessage): TokenClaims {
  const [, claims = ''] = (headers.authorization ?? '').split('.')
  return claims === '' ? { name: 'nobody', jti: Infinity } : (JSON.parse(Buffer.from(claims, 'base64url').toString()) as TokenClaims)
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => void server.close(() => resolve()))
}
