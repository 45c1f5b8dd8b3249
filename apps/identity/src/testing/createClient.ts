import { createHash, randomBytes } from 'node:crypto'
import { createBrowser, type Page, type TestBrowser } from './createBrowser.ts'
import { readBody, type Body } from './readBody.ts'
import { demoOrigin, type TestServer } from './startServer.ts'

/** All scopes the demo asks for. */
export const allScopes = 'openid profile email read:resources write:resources'

/** Where a server has its endpoints, and the scope that the client asks for. */
export interface Endpoints {
  readonly authorization: string
  readonly token: string
  readonly revocation: string
  readonly scope: string
}

const openid: Endpoints = { authorization: '/auth', token: '/token', revocation: '/token/revocation', scope: allScopes }

/** The server without OpenID. */
export const plain: Endpoints = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  scope: 'read:resources write:resources',
}

/** How a person answers the pages. */
export interface Person {
  readonly email: string
  readonly password: string
  readonly consent: 'allow' | 'deny'
}

/** The two users of the server, who allow what is asked. */
export const ada: Person = { email: 'ada@example.com', password: 'correct-horse', consent: 'allow' }
export const bob: Person = { email: 'bob@example.com', password: 'correct-horse', consent: 'allow' }

/** A public client with a browser of its own. */
export interface TestClient {
  readonly browser: TestBrowser
  /** Opens the authorization endpoint with PKCE; `extra` replaces or adds parameters. */
  authorize(extra?: Readonly<Record<string, string>>): Promise<Page>
  /** Answers the sign-in page and, when it comes, the consent page. */
  answer(page: Page, person: Person): Promise<Page>
  /** Redeems the code of the last authorization; `extra` replaces or adds parameters. */
  redeem(callback: Page, extra?: Readonly<Record<string, string>>): Promise<Body>
  /** All of the above. */
  signIn(person: Person, extra?: Readonly<Record<string, string>>): Promise<Body>
  refresh(refreshToken: unknown): Promise<Body>
  revoke(token: unknown): Promise<Response>
}

/** Makes a client of the server with this id. */
export function createClient({ origin }: TestServer, clientId = 'demo-1h', endpoints = openid): TestClient {
  const browser = createBrowser(origin)
  const redirectUri = `${demoOrigin}/authorization-code/callback`
  let verifier = ''

  const post = (path: string, fields: Readonly<Record<string, string>>) =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { origin: demoOrigin },
      body: new URLSearchParams({ client_id: clientId, ...fields }),
    })

  const client: TestClient = {
    browser,
    authorize(extra = {}) {
      verifier = randomBytes(32).toString('base64url')
      const url = new URL(endpoints.authorization, origin)
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: endpoints.scope,
        state: 'the-state',
        nonce: 'the-nonce',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...extra,
      }).toString()
      return browser.open(url)
    },
    async answer(page, { email, password, consent }) {
      const next = await browser.submit(page, { email, password, decision: 'sign-in' })
      return next.html.includes('Allow access?') ? browser.submit(next, { decision: consent }) : next
    },
    async redeem({ url }, extra = {}) {
      const code = url.searchParams.get('code') ?? ''
      const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
      return readBody(await post(endpoints.token, { ...fields, ...extra }))
    },
    async signIn(person, extra) {
      return client.redeem(await client.answer(await client.authorize(extra), person))
    },
    refresh: async (refreshToken) =>
      readBody(await post(endpoints.token, { grant_type: 'refresh_token', refresh_token: String(refreshToken) })),
    revoke: (token) => post(endpoints.revocation, { token: String(token) }),
  }
  return client
}
