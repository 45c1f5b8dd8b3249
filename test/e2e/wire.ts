import type { BrowserContext, Page, Request } from '@playwright/test'

/** A request that a page sent by `fetch` to the identity server. */
export interface Sent {
  readonly page: Page
  readonly request: Request
  /** `POST /token` */
  readonly what: string
  readonly body: string
  /** 0 until the answer is there. */
  status: number
  readonly at: number
}

/** A secret, and where it would be a leak. */
export interface Leak {
  /** The member of an answer that had the secret, such as `refresh_token`. */
  readonly secret: string
  readonly where: string
}

/** The network log of a browser context. Pages of the identity server and preflights are not among what was sent. */
export interface Wire {
  readonly sent: readonly Sent[]
  /** Paths of the identity server's pages that were opened, each with the names of its parameters. */
  readonly opened: readonly string[]
  /** What a request carries to say who sends it, all of it: `Authorization: Bearer access_token` names the secret. */
  readonly credentialsOf: (sent: Sent) => Promise<readonly string[]>
  /** The latest secret of this name in an answer to this page. */
  readonly secret: (page: Page, name: string) => string
  /** The names of the secrets that a text has in it. */
  readonly secretsIn: (text: string) => readonly string[]
  /** Requests to anywhere but the demo and the identity server. */
  readonly strangers: () => readonly string[]
  /**
   * Secrets in an address, a referrer, the console, or in one of these texts. Parameters of the names that are documented may hold one,
   * and the address by which a page was loaded the code that it came back with.
   */
  readonly leaks: (documented: readonly string[], texts: readonly string[]) => readonly Leak[]
}

const secretNames = ['access_token', 'refresh_token', 'id_token', 'idToken', 'refreshToken', 'key', 'ephemeral_token', 'csrf_token']

/** Members of what a page sends that are secret as well, and of which nothing is kept once they are sent. */
const sentNames = ['code', 'code_verifier', 'password', 'client_secret']

/** What is secret before any answer. */
const passwords = ['correct-horse', 'machine-secret', 'p:ä%reader']

/** Parameters whose values say what was asked for. */
const tellingParameters = ['lifetime', 'key', 'grant_type']

interface Origins {
  readonly demo: string
  readonly identity: string
}

/** Writes down what all pages of a context send, from now on. */
export async function recordWire(context: BrowserContext, origins: Origins): Promise<Wire> {
  const sent: Sent[] = []
  const opened: string[] = []
  const addresses: string[] = []
  const said: string[] = []
  const secrets: { readonly name: string; readonly value: string; readonly page: Page }[] = []
  const spent: { readonly name: string; readonly value: string }[] = []
  const loaded: string[] = []
  const open = new Map<Request, Sent>()

  context.on('request', (request) => {
    const url = new URL(request.url())
    const isDocument = request.resourceType() === 'document'
    const list = isDocument ? loaded : addresses
    list.push(request.url())
    addresses.push(request.headers()['referer'] ?? '')
    if (url.origin !== origins.identity) return
    const what = `${request.method()} ${url.pathname}`
    if (isDocument) opened.push(`${what}${parametersOf(url.searchParams, '?', '')}`)
    if (request.resourceType() !== 'fetch') return
    const entry = { page: request.frame().page(), request, what, body: request.postData() ?? '', status: 0, at: Date.now() }
    sent.push(entry)
    for (const [name, value] of Object.entries(valuesOf(entry.body))) if (sentNames.includes(name) && typeof value === 'string') spent.push({ name, value })
    open.set(request, entry)
  })
  context.on('response', (response) => {
    const entry = open.get(response.request())
    if (entry !== undefined) entry.status = response.status()
  })
  context.on('console', (message) => said.push(message.text()))

  await listenToAnswers(context, origins.identity, (page, name, value) => secrets.push({ page, name, value }))

  const nameOf = (value: string): string => secrets.findLast((secret) => secret.value === value)?.name ?? `unknown: ${value}`
  const secretsIn = (text: string): readonly string[] => [...new Set(secrets.flatMap(({ name, value }) => (text.includes(value) ? [name] : [])))]

  return {
    sent,
    opened,
    async credentialsOf({ request }) {
      const { authorization, cookie, ...headers } = await request.allHeaders()
      const key = new URL(request.url()).searchParams.get('api_key')
      const carried: string[] = []
      if (authorization !== undefined) carried.push(`Authorization: Bearer ${nameOf(authorization.replace(/^Bearer /, ''))}`)
      if (headers['x-api-key'] !== undefined) carried.push(`X-API-Key: ${nameOf(headers['x-api-key'])}`)
      if (key !== null) carried.push(`?api_key=${nameOf(key)}`)
      // The server's port is part of the names.
      if (cookie !== undefined) carried.push(`Cookie: ${cookie.replaceAll(/_\d+=[^;]*/g, '')}`)
      if (headers['x-csrf-token'] !== undefined) carried.push(`X-CSRF-Token: ${nameOf(headers['x-csrf-token'])}`)
      return carried
    },
    secret(page, name) {
      const found = secrets.findLast((secret) => secret.page === page && secret.name === name)
      if (found === undefined) throw new Error(`No answer had ${name}.`)
      return found.value
    },
    secretsIn,
    strangers: () => [...addresses, ...loaded].filter((address) => /^(https?|wss?):/.test(address) && !isOf(address, origins)),
    leaks(documented, texts) {
      const all = [...addresses.map((address) => without(address, documented)), ...loaded.map((address) => without(address, [...documented, 'code'])), ...said, ...texts]
      return all.flatMap((where) => {
        const typed = passwords.filter((password) => where.includes(password) || where.includes(encodeURIComponent(password)))
        const told = spent.filter(({ value }) => where.includes(value) || where.includes(encodeURIComponent(value))).map(({ name }) => name)
        return [...new Set([...typed, ...told, ...secretsIn(where)])].map((secret) => ({ secret, where }))
      })
    },
  }
}

/**
 * Tells every secret in an answer of the identity server before the page sees that answer. Chromium's own log forgets some bodies.
 */
async function listenToAnswers(context: BrowserContext, origin: string, tell: (page: Page, name: string, value: string) => void): Promise<void> {
  await context.exposeBinding('tellAnswer', ({ page }, body: unknown) => {
    for (const [name, value] of Object.entries(body ?? {})) if (secretNames.includes(name) && typeof value === 'string') tell(page, name, value)
  })
  await context.addInitScript((identity) => {
    const send = window.fetch.bind(window)
    const { tellAnswer } = window as unknown as { readonly tellAnswer: (body: unknown) => Promise<void> }
    window.fetch = async (...request) => {
      const response = await send(...request)
      if (response.url.startsWith(identity)) await tellAnswer(await response.clone().json().catch(() => null))
      return response
    }
  }, origin)
}

/** A request in one line, its secrets left out: `POST /v1/auth/login?lifetime=8 {email password} 200`. */
export function lineOf({ request, what, body, status }: Sent): string {
  return `${what}${parametersOf(new URL(request.url()).searchParams, '?', '')}${membersOf(body)} ${status}`
}

function membersOf(body: string): string {
  if (body === '') return ''
  if (!body.startsWith('{')) return parametersOf(new URLSearchParams(body), ' (', ')')
  const names = Object.keys(JSON.parse(body) as object)
  return ` {${names.join(' ')}}`
}

function valuesOf(body: string): object {
  if (!body.startsWith('{')) return Object.fromEntries(new URLSearchParams(body))
  return JSON.parse(body) as object
}

function parametersOf(parameters: URLSearchParams, before: string, after: string): string {
  const shown = [...parameters].map(([name, value]) => (tellingParameters.includes(name) ? `${name}=${value}` : name))
  return shown.length === 0 ? '' : before + shown.join(before === '?' ? '&' : ' ') + after
}

function isOf(address: string, { demo, identity }: Origins): boolean {
  const { origin, host } = new URL(address)
  return [demo, identity].includes(origin) || host === new URL(demo).host
}

/** An address without the parameters of these names, in its query and in its fragment. */
function without(address: string, names: readonly string[]): string {
  return names.reduce((text, name) => text.replaceAll(new RegExp(`([?&#]${name}=)[^&#]*`, 'g'), '$1'), address)
}
