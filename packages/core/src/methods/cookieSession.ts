import { checkHeaderName, checkOptions, checkPathOrUrl, checkText } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { createPresence } from '../endpoint/presence.ts'
import { definePresence } from '../endpoint/presences.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import { readExtraFields, type FieldsSchema } from '../endpoint/extraFields.ts'
import { tokenError, type Refusal } from '../endpoint/tokenError.ts'
import { resolveUrl, sendTokenRequest } from '../endpoint/tokenRequest.ts'
import { isError, parseScope, readJson, refuseInnerError, refusePage } from '../endpoint/tokenResponse.ts'
import { membersOf, ownMembers } from '../ownMembers.ts'
import { userClaims, type Claims } from '../session/claims.ts'
import { isToken, unknownSession, type Session } from '../session/session.ts'
import type { AuthMethod, MethodContext } from './method.ts'

/** Options of {@link cookieSession}. Each URL may be a path of this app's own origin; otherwise https, or http on localhost. */
export interface CookieSessionOptions<Fields = unknown> {
  /** Says who is signed in, at `GET`: 200 with JSON claims (`sub`, `name`, `email`, …), or 401, 204 or `null` when nobody is. */
  readonly sessionUrl: string
  /** Member of that answer that names the person: text or a number. An answer without it names nobody. Default `sub`, which `user` has in any case. */
  readonly subject?: string | undefined
  /** Takes `POST` with the input of `login()` as JSON and sets the cookie. Without it people sign in elsewhere. */
  readonly loginUrl?: string | undefined
  /** Takes `POST` and ends the session. Without it sign-out is of this page alone, and a reload finds the session again. */
  readonly logoutUrl?: string | undefined
  /** Header of the CSRF token; sent with every request, with `1` while none is known. Default `X-CSRF-Token`. */
  readonly csrfHeader?: string | undefined
  /** Gives `{"csrf_token"}` at `GET`, for servers that do not give it at `sessionUrl`. */
  readonly csrfUrl?: string | undefined
  /** Validates further members of the answer, which become typed members of `user`. */
  readonly fields?: FieldsSchema<Fields> | undefined
}

/** What `login()` takes unless the app names another shape: `cookieSession<{ username: string; pin: string }>({ … })`. */
export interface CookieSessionInput {
  /** Sent as it is: the server says whose it is. */
  readonly email: string
  /** Sent as it is, and not kept. */
  readonly password: string
}

/**
 * Signs in where the server keeps the session and an `HttpOnly` cookie names it: JavaScript never sees a credential. Nothing is
 * stored here; who is signed in is asked of the server, at the start and whenever the person comes back to the page.
 *
 * @example
 * createAuth({ method: cookieSession({ sessionUrl: '/v1/session', loginUrl: '/v1/session/login', logoutUrl: '/v1/session/logout' }) })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function cookieSession<Input extends object = CookieSessionInput, Fields = unknown>(
  options: CookieSessionOptions<Fields>,
): AuthMethod<Input, Claims & Fields> {
  const server = check(options)
  const { loginUrl, logoutUrl, csrfHeader } = server
  const turns = createTurns()
  /** Not while a login or logout is under way: the answer would be of before or after. */
  const askInTurn = async (ctx: MethodContext): Promise<Session<Claims & Fields> | null> => {
    await turns.idle()
    return ask(server, ctx)
  }

  return {
    name: 'cookieSession',
    async login(input, ctx) {
      if (loginUrl === undefined) throw new AuthError('unsupported_request', 'cookieSession signs nobody in without the option "loginUrl".')
      if (typeof input !== 'object' || input === null) throw new AuthError('invalid_input', 'login() takes an object, such as { email, password }.')
      return turns.take(() => signIn(server, () => sendLogin(server, { url: loginUrl, body: { ...input } }, ctx), ctx))
    },
    adopt: (exchange, ctx) => turns.take(() => signIn(server, () => exchange().then(() => undefined), ctx)),
    presence: definePresence((host) => createPresence(askInTurn, host)),
    canRefresh: () => true,
    async refresh({ subject, secrets }, ctx) {
      const session = await askInTurn(ctx)
      if (session === null) throw new AuthError('session_expired', 'The server knows of no session any more, expired or signed out elsewhere: sign in again.')
      return session.subject === subject ? { ...session, secrets: session.secrets ?? secrets } : session
    },
    ...(logoutUrl !== undefined && {
      logout: (session: Session, ctx: MethodContext) => turns.take(() => end(server, session, ctx)),
    }),
    attach(request, { secrets: { csrf: known } = {} }) {
      // Given anything, the constructor forgets the referrer.
      const { referrer, referrerPolicy } = request
      const attached = new Request(request, { credentials: 'include', referrer, referrerPolicy })
      // A header travels to wherever redirects lead.
      const csrf = request.redirect === 'follow' ? undefined : known
      if (!attached.headers.has(csrfHeader)) attached.headers.set(csrfHeader, csrf ?? noToken)
      return attached
    },
    isRefusal: ({ status }) => status === 401 || status === wrongCsrf,
  }
}

/** What many frameworks answer to a wrong CSRF token. */
const wrongCsrf = 419

/** A header of any value is a custom one, for which the browser asks first (CORS): no other site can send it with the cookie. */
const noToken = '1'

const wrongCredentials: Refusal = {
  code: 'invalid_credentials',
  applies: (status, oauthError) => status === 401 || oauthError === 'invalid_credentials',
}

type Server<Fields> = CookieSessionOptions<Fields> & { readonly subject: string; readonly csrfHeader: string }

function check<Fields>(options: CookieSessionOptions<Fields>): Server<Fields> {
  const checked = checkOptions(options, 'cookieSession', ['sessionUrl', 'subject', 'loginUrl', 'logoutUrl', 'csrfHeader', 'csrfUrl', 'fields'])
  const { sessionUrl, subject = 'sub', loginUrl, logoutUrl, csrfUrl, csrfHeader = 'X-CSRF-Token', fields } = checked
  checkPathOrUrl(sessionUrl, 'sessionUrl')
  for (const [option, url] of Object.entries({ loginUrl, logoutUrl, csrfUrl })) if (url !== undefined) checkPathOrUrl(url, option)
  checkFieldsSchema(fields)
  return ownMembers({ ...checked, subject: checkText(subject, 'subject'), csrfHeader: checkHeaderName(csrfHeader, 'csrfHeader') })
}

/** Logins and logouts one after the other: there is one cookie, and the last answer decides whose it is. */
function createTurns(): { readonly take: <R>(run: () => Promise<R>) => Promise<R>; readonly idle: () => Promise<unknown> } {
  let last: Promise<unknown> = Promise.resolve()
  return {
    take(run) {
      const own = last.then(run)
      last = own.catch(() => {})
      return own
    },
    async idle() {
      // Who waited longer may have had to wait for others still.
      for (let seen: unknown = null; seen !== last; ) await (seen = last)
    },
  }
}

/**
 * Signs in by `send`, whichever request that is. It sets the cookie even if it was overtaken meanwhile: then that session is ended,
 * before anybody else has a turn.
 */
async function signIn<Fields>(server: Server<Fields>, send: () => Promise<Response | undefined>, ctx: MethodContext): Promise<Session<Claims & Fields>> {
  const superseded = new AuthError('superseded', 'Another login or a logout came after this one: nothing to do.')
  if (!ctx.isWanted()) throw superseded
  const response = await send()
  let session: Session<Claims & Fields> | null = null
  try {
    session = await readLogin(server, response, ctx)
  } finally {
    // Not even `dispose()` keeps the server from hearing of it.
    if (!ctx.isWanted()) await end(server, session ?? unknownSession, { ...ctx, signal: new AbortController().signal }).catch(() => {})
  }
  if (!ctx.isWanted()) throw superseded
  return session
}

async function sendLogin(server: Server<unknown>, request: Post, ctx: MethodContext): Promise<Response> {
  const response = await post(server, request, ctx)
  if (!response.ok) throw await tokenError(response, ctx.now(), wrongCredentials)
  refusePage(response)
  refuseInnerError(await response.clone().json().catch(() => {}), response)
  return response
}

/** Ends the session at the server; gives whether there is a way to. */
async function end(server: Server<unknown>, { secrets: { csrf } = {} }: Session, ctx: MethodContext): Promise<boolean> {
  if (server.logoutUrl === undefined) return false
  const response = await post(server, { url: server.logoutUrl, body: {}, csrf, keepalive: true }, ctx)
  // A 401: there is nobody to sign out.
  if (!response.ok && response.status !== 401) throw await tokenError(response, ctx.now())
  return true
}

/** Who is signed in. */
async function ask<Fields>(server: Server<Fields>, ctx: MethodContext): Promise<Session<Claims & Fields> | null> {
  const response = await get(server, server.sessionUrl, ctx)
  if (response.status === 401 || response.status === 204) return null
  if (!response.ok) throw await tokenError(response, ctx.now())
  return readSession(server, await readJson(response), ctx)
}

async function readSession<Fields>(server: Server<Fields>, body: unknown, ctx: MethodContext): Promise<Session<Claims & Fields> | null> {
  const { error, scope } = membersOf(body)
  if (typeof body !== 'object' || Array.isArray(body) || isError(error)) {
    throw new AuthError('invalid_response', 'The answer does not say who is signed in: look at "sessionUrl".')
  }
  const claims = userClaims(membersOf(body))
  const subject = subjectOf(server, body)
  // Some servers give an empty object, a CSRF token alone, or `{"authenticated":false}` to somebody who is not signed in.
  if (subject === null) return null
  const fields = server.fields === undefined ? {} : await readExtraFields(server.fields, body)
  const secrets = server.csrfUrl === undefined ? csrfIn(body) : await fetchCsrf(server, ctx)
  return ownMembers({
    accessToken: null,
    subject,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Claims by construction, and fields if there is a schema for them.
    user: { ...claims, ...fields, sub: subject } as Claims & Fields,
    scope: parseScope(scope) ?? [],
    secrets,
  })
}

/** Many servers say at once who has signed in; the others are asked. */
async function readLogin<Fields>(server: Server<Fields>, response: Response | undefined, ctx: MethodContext): Promise<Session<Claims & Fields>> {
  const body: unknown = await response?.json().catch(() => {})
  const session = subjectOf(server, body) === null ? await ask(server, ctx) : await readSession(server, body, ctx)
  if (session !== null) return session
  const problem = `"sessionUrl" names nobody in "${server.subject}": the cookie is not kept here, or not sent there, or the option "subject" is wrong.`
  throw new AuthError('unsupported_request', `The server signed in, and then ${problem}`)
}

/** Whom an answer names; `null`: nobody. */
function subjectOf({ subject }: Server<unknown>, body: unknown): string | null {
  const named = membersOf(body)[subject]
  return typeof named === 'number' || (typeof named === 'string' && named !== '') ? String(named) : null
}

/** The CSRF token, if an answer has one. */
function csrfIn(body: unknown): { readonly csrf?: string } {
  const { csrf_token: csrf } = membersOf(body)
  return isToken(csrf) ? { csrf } : {}
}

/** `undefined`: the server cannot say it just now, which takes nothing from the one that is known. */
async function fetchCsrf(server: Server<unknown>, ctx: MethodContext): Promise<{ readonly csrf?: string } | undefined> {
  const response = await get(server, server.csrfUrl ?? server.sessionUrl, ctx)
  if (response.ok) return csrfIn(await response.json().catch(() => {}))
  const { retryable } = await tokenError(response, ctx.now())
  return retryable ? undefined : {}
}

function get({ csrfHeader }: Server<unknown>, url: string, ctx: MethodContext): Promise<Response> {
  const headers = { accept: 'application/json', [csrfHeader]: noToken }
  return ctx.fetch(resolveUrl(url, ctx), { headers, credentials: 'include', signal: ctx.signal })
}

interface Post {
  readonly url: string
  readonly body: object
  readonly csrf?: string | undefined
  readonly keepalive?: boolean
}

/** Once more, with another token, when the server does not take the first. */
async function post(server: Server<unknown>, { url, body, csrf, keepalive = false }: Post, ctx: MethodContext): Promise<Response> {
  const send = (token = noToken): Promise<Response> =>
    sendTokenRequest({ url, body, headers: { [server.csrfHeader]: token }, credentials: 'include', keepalive }, ctx)
  const response = await send(csrf)
  const fresh = response.status === wrongCsrf ? (await fetchCsrf(server, ctx))?.csrf : undefined
  return fresh === undefined ? response : send(fresh)
}
