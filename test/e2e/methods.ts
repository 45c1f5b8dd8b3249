import { expect, type Demo, type Who } from './demo.ts'

/** A method as it is on its page and on the wire. */
export interface Method {
  /** Of its factory, and of the form that it takes. */
  readonly name: string
  readonly path: string
  /** What to choose on the page, so that tokens live for an hour. */
  readonly settings: Readonly<Record<string, string>>
  /** What to choose besides, so that it is Bob. */
  readonly bobSettings?: Readonly<Record<string, string>>
  /** False for a session behind a cookie, which is not stored here. */
  readonly isStored: boolean
  readonly signIn: (demo: Demo, who?: Who) => Promise<void>
  /** The status once signed in. */
  readonly signedIn: Readonly<Record<Who, RegExp>>
  /** Requests of a page that opens with nobody signed in. */
  readonly onLoad: readonly string[]
  /** Requests from there to signed in. */
  readonly onSignIn: readonly string[]
  /** All that a call carries to say who sends it. */
  readonly carried: readonly string[]
  /** Requests of a reload while signed in. */
  readonly onReload: readonly string[]
  readonly signOut: (demo: Demo) => Promise<void>
  readonly onSignOut: readonly string[]
  /** Requests for new tokens. Absent: there are none to be had. */
  readonly onRefresh?: readonly string[]
  /** What comes of a call after the session was revoked at the server. Absent: its tokens cannot be revoked. */
  readonly revocation?: { readonly onCall: readonly string[]; readonly status: string }
  /** The status of the server's answer, after the sign-out, to what the session had. */
  readonly afterSignOut: { readonly status: number; readonly ask: (demo: Demo) => Promise<Response> }
}

const person = { ada: /^Signed in as Ada Lovelace\.$/, bob: /^Signed in as Bob Martin\.$/ }
const always = (text: RegExp) => ({ ada: text, bob: text })

const callRefused = 'GET /v1/resources 401'
const revoked = { onCall: [callRefused], status: 'The session ended: the server revoked it. Sign in again to go on.' }

const post = (demo: Demo, path: string, body: object) => {
  const isForm = body instanceof URLSearchParams
  const init = isForm ? { body } : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return fetch(demo.identityOrigin + path, { method: 'POST', ...init })
}

const callWith = (demo: Demo, headers: Record<string, string>) => fetch(`${demo.identityOrigin}/v1/resources`, { headers })

/** The sign-out was told to nobody, so the token is as good as before. */
const tokenStays = (name: string): Method['afterSignOut'] => ({
  status: 200,
  ask: async (demo) => callWith(demo, { authorization: `Bearer ${demo.secret(name)}` }),
})

const refreshTokenEnds = (path: string, status: number, clientId?: string): Method['afterSignOut'] => ({
  status,
  async ask(demo) {
    const token = demo.secret('refresh_token')
    const form = { grant_type: 'refresh_token', client_id: clientId ?? '', refresh_token: token }
    return post(demo, path, clientId === undefined ? { refresh_token: token } : new URLSearchParams(form))
  },
})

const signOut: Method['signOut'] = (demo) => demo.signOut()

/** Of a session that the server keeps. */
const behindCookie = {
  signOut,
  isStored: false,
  signedIn: person,
  carried: ['Cookie: tessera_app', 'X-CSRF-Token: csrf_token'],
  revocation: { onCall: [callRefused, 'GET /v1/session 401'], status: 'The session ended: it ran out, or was ended elsewhere.' },
  afterSignOut: {
    status: 401,
    async ask(demo: Demo) {
      const cookies = await Promise.all(demo.sent().map(async ({ request }) => (await request.allHeaders())['cookie'] ?? ''))
      return callWith(demo, { cookie: cookies.findLast((cookie) => cookie !== '') ?? '' })
    },
  },
}

const whoIsIt = ['GET /v1/session 200', 'GET /v1/session/csrf 200']

const signInByPassword: Method['signIn'] = (demo, who) => demo.signInByPassword(who)
const signInByRedirect: Method['signIn'] = (demo, who) => demo.signInByRedirect(who)
const bearerToken = { isStored: true, signOut, carried: ['Authorization: Bearer access_token'], onLoad: [], onReload: [] }
const code = '(redirect_uri code code_verifier grant_type=authorization_code client_id)'
const refresh = '(refresh_token grant_type=refresh_token client_id)'

const people: readonly Method[] = [
  {
    ...bearerToken,
    name: 'authorizationCode, OpenID',
    path: '/authorization-code',
    settings: { lifetime: '3600' },
    signIn: signInByRedirect,
    signedIn: person,
    onSignIn: [
      'GET /.well-known/openid-configuration 200',
      'GET /jwks 200',
      'POST /request (response_type client_id redirect_uri scope state code_challenge code_challenge_method nonce) 201',
      `POST /token ${code} 200`,
      'GET /v1/userinfo 200',
    ],
    signOut: (demo) => demo.signOutAtProvider(),
    onSignOut: ['POST /token/revocation (token client_id) 200'],
    onRefresh: [`POST /token ${refresh} 200`],
    afterSignOut: refreshTokenEnds('/token', 400, 'demo-1h'),
  },
  {
    ...bearerToken,
    name: 'authorizationCode, plain OAuth',
    path: '/authorization-code',
    settings: { lifetime: '3600', server: 'oauth' },
    signIn: signInByRedirect,
    signedIn: person,
    onSignIn: [`POST /oauth/token ${code} 200`],
    onSignOut: ['POST /oauth/revoke (token client_id) 200'],
    onRefresh: [`POST /oauth/token ${refresh} 200`],
    afterSignOut: refreshTokenEnds('/oauth/token', 400, 'plain-1h'),
  },
  {
    ...behindCookie,
    name: 'backendCode, cookie',
    path: '/backend-code',
    settings: { form: 'session' },
    signIn: signInByRedirect,
    onLoad: ['GET /v1/session 401'],
    // Twice: whom the code let in, and, as every page asks when it opens, who is signed in.
    onSignIn: ['POST /backend/session {code redirect_uri code_verifier state} 204', ...whoIsIt, ...whoIsIt],
    onReload: whoIsIt,
    onSignOut: ['POST /v1/session/logout {} 204'],
  },
  {
    ...bearerToken,
    name: 'backendCode, token',
    path: '/backend-code',
    settings: { form: 'token' },
    async signIn(demo, who) {
      await demo.button('Sign in').click()
      await demo.signInAtProvider(who)
    },
    signedIn: { ada: /^Signed in with a token for account 1001\.$/, bob: /^Signed in with a token for account 1002\.$/ },
    onSignIn: ['POST /backend/token {code redirect_uri code_verifier state} 200'],
    onSignOut: [],
    revocation: revoked,
    afterSignOut: tokenStays('access_token'),
  },
  {
    ...bearerToken,
    name: 'password',
    path: '/password',
    settings: { lifetime: '3600' },
    signIn: signInByPassword,
    signedIn: person,
    onSignIn: ['POST /v1/auth/login?lifetime=3600 {email password} 200'],
    onSignOut: ['POST /v1/auth/logout {refresh_token} 204'],
    onRefresh: ['POST /v1/auth/refresh {refresh_token} 200'],
    afterSignOut: refreshTokenEnds('/v1/auth/refresh', 401),
  },
  {
    ...behindCookie,
    name: 'cookieSession',
    path: '/cookie-session',
    settings: {},
    signIn: signInByPassword,
    onLoad: ['GET /v1/session 401'],
    onSignIn: ['POST /v1/session/login {email password} 200'],
    onReload: ['GET /v1/session 200'],
    onSignOut: ['POST /v1/session/logout {} 204'],
  },
  {
    ...bearerToken,
    name: 'firebase',
    path: '/firebase',
    settings: { lifetime: '3600' },
    signIn: signInByPassword,
    signedIn: person,
    onSignIn: ['POST /identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=demo-1h {email password returnSecureToken} 200'],
    carried: ['Authorization: Bearer idToken'],
    onSignOut: [],
    onRefresh: ['POST /securetoken.googleapis.com/v1/token?key=demo-1h (grant_type=refresh_token refresh_token) 200'],
    revocation: {
      onCall: [callRefused, 'POST /securetoken.googleapis.com/v1/token?key=demo-1h (grant_type=refresh_token refresh_token) 400'],
      status: 'The session ended: the server refused to renew it.',
    },
    afterSignOut: tokenStays('idToken'),
  },
]

const handedOver: readonly Method[] = [
  {
    ...bearerToken,
    name: 'accessToken',
    path: '/access-token',
    settings: {},
    signIn: (demo, who) => demo.signInBySecret('Access token', who),
    signedIn: always(/^Signed in with the token …[\w-]{4}\.$/),
    onSignIn: ['POST /demo/access-token {email} 200', 'GET /v1/resources 200'],
    onSignOut: [],
    revocation: revoked,
    afterSignOut: tokenStays('access_token'),
  },
  {
    ...bearerToken,
    name: 'ephemeralToken',
    path: '/ephemeral-token',
    settings: { lifetime: '3600' },
    signIn: (demo, who) => demo.signInBySecret('Ephemeral token', who),
    signedIn: always(/^Signed in for a while, with a session token\.$/),
    onSignIn: ['POST /demo/ephemeral-token {email} 200', 'POST /v1/sessions/exchange?lifetime=3600 {ephemeral_token} 200'],
    onSignOut: ['POST /v1/sessions/end {} 204'],
    revocation: revoked,
    afterSignOut: { ...tokenStays('access_token'), status: 401 },
  },
  {
    ...bearerToken,
    name: 'refreshToken',
    path: '/refresh-token',
    settings: { lifetime: '3600' },
    signIn: (demo, who) => demo.signInBySecret('Refresh token', who),
    signedIn: person,
    onSignIn: ['POST /demo/refresh-token {lifetime email} 200', 'POST /v1/auth/refresh {refresh_token} 200'],
    onSignOut: ['POST /v1/auth/logout {refresh_token} 204'],
    onRefresh: ['POST /v1/auth/refresh {refresh_token} 200'],
    afterSignOut: refreshTokenEnds('/v1/auth/refresh', 401),
  },
]

const machines: readonly Method[] = [
  {
    ...bearerToken,
    name: 'apiKey',
    path: '/api-key',
    settings: {},
    signIn: (demo, who) => demo.signInBySecret('API key', who),
    signedIn: always(/^Signed in with the key …[\w-]{4}\.$/),
    onSignIn: ['POST /demo/api-key {email} 201', 'GET /v1/resources 200'],
    carried: ['X-API-Key: key'],
    onSignOut: [],
    revocation: revoked,
    afterSignOut: { status: 200, ask: async (demo) => callWith(demo, { 'x-api-key': demo.secret('key') }) },
  },
  {
    ...bearerToken,
    name: 'clientCredentials',
    path: '/client-credentials',
    settings: { lifetime: '3600' },
    bobSettings: { machine: 'machine-reader' },
    signIn: (demo) => demo.button('Sign in').click(),
    signedIn: { ada: /^Signed in as the machine\.$/, bob: /^Signed in as the machine that may only read\.$/ },
    onSignIn: ['POST /oauth/v2/token?lifetime=3600 (grant_type=client_credentials) 200'],
    onSignOut: [],
    onRefresh: ['POST /oauth/v2/token?lifetime=3600 (grant_type=client_credentials) 200'],
    afterSignOut: tokenStays('access_token'),
  },
]

/** All ten, in each form that has a wire format of its own. */
export const methods: readonly Method[] = [...people, ...handedOver, ...machines]

/** Signs in on the page of a method, and waits for all that this sends: some of it is asked for beside the screen. */
export async function signInAs(demo: Demo, method: Method, who: Who = 'ada'): Promise<void> {
  const before = demo.sent().length
  await method.signIn(demo, who)
  await expect(demo.status).toHaveText(method.signedIn[who])
  const [last, ...others] = method.onSignIn.map((line) => line.split(/[ ?]/, 2).join(' ')).reverse()
  const answered = () => demo.sent().slice(before).filter(({ what, status }) => what === last && status !== 0)
  await expect.poll(() => answered().length).toBe(1 + others.filter((what) => what === last).length)
}
