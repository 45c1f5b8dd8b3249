import { checkHeaderName, checkOptions, checkPathOrUrl } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { createPresence } from '../endpoint/presence.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import { openMembers, readExtraFields, type FieldsSchema } from '../endpoint/extraFields.ts'
import { tokenError, type Refusal } from '../endpoint/tokenError.ts'
import { resolveUrl, sendTokenRequest } from '../endpoint/tokenRequest.ts'
import { parseScope, readJson } from '../endpoint/tokenResponse.ts'
import { membersOf } from '../ownMembers.ts'
import { userClaims, type Claims } from '../session/claims.ts'
import { isToken, type Session } from '../session/session.ts'
import type { AuthMethod, MethodContext } from './method.ts'

/** Options of {@link cookieSession}. Each URL may be a path of this app's own origin; otherwise https, or http on localhost. */
export interface CookieSessionOptions<Fields = unknown> {
  /** Says who is signed in, at `GET`: 200 with JSON claims (`sub`, `name`, `email`, …), or 401, 204 or `null` when nobody is. */
  readonly sessionUrl: string
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
  readonly email: string
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
      return turns.take(async () => {
        if (!ctx.isWanted()) throw new AuthError('superseded', 'Another login or a logout came after this one.')
        const response = await post(server, { url: loginUrl, body: { ...input } }, ctx)
        if (!response.ok) throw await tokenError(response, ctx.now(), wrongCredentials)
        return readLogin(server, response, ctx)
      })
    },
    presence: (host) => createPresence(askInTurn, host),
    canRefresh: () => true,
    async refresh(_, ctx) {
      const session = await askInTurn(ctx)
      if (session === null) throw new AuthError('session_expired', 'The server knows of no session any more: expired, or signed out elsewhere.')
      return session
    },
    ...(logoutUrl !== undefined && {
      logout: (session: Session, ctx: MethodContext) =>
        turns.take(async () => {
          const response = await post(server, { url: logoutUrl, body: {}, csrf: session.secrets?.['csrf'], keepalive: true }, ctx)
          // A 401: there is nobody to sign out.
          if (!response.ok && response.status !== 401) throw await tokenError(response, ctx.now())
          return true
        }),
    }),
    attach(request, { secrets }) {
      // Given anything, the constructor forgets the referrer.
      const { referrer, referrerPolicy } = request
      const attached = new Request(request, { credentials: 'include', referrer, referrerPolicy })
      // A header travels to wherever redirects lead.
      const csrf = request.redirect === 'follow' ? undefined : secrets?.['csrf']
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

type Server<Fields> = CookieSessionOptions<Fields> & { readonly csrfHeader: string }

function check<Fields>(options: CookieSessionOptions<Fields>): Server<Fields> {
  const checked = checkOptions(options, 'cookieSession', ['sessionUrl', 'loginUrl', 'logoutUrl', 'csrfHeader', 'csrfUrl', 'fields'])
  const { sessionUrl, loginUrl, logoutUrl, csrfUrl, csrfHeader = 'X-CSRF-Token', fields } = checked
  checkPathOrUrl(sessionUrl, 'sessionUrl')
  for (const [option, url] of Object.entries({ loginUrl, logoutUrl, csrfUrl })) if (url !== undefined) checkPathOrUrl(url, option)
  checkFieldsSchema(fields)
  return { ...checked, csrfHeader: checkHeaderName(csrfHeader, 'csrfHeader') }
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
    idle: () => last,
  }
}

/** Who is signed in. */
async function ask<Fields>(server: Server<Fields>, ctx: MethodContext): Promise<Session<Claims & Fields> | null> {
  const response = await get(server, server.sessionUrl, ctx)
  if (response.status === 401 || response.status === 204) return null
  if (!response.ok) throw await tokenError(response, ctx.now())
  return readSession(server, await readJson(response), ctx)
}

async function readSession<Fields>(server: Server<Fields>, body: unknown, ctx: MethodContext): Promise<Session<Claims & Fields> | null> {
  const { error, scope, csrf_token: csrfToken } = membersOf(body)
  if (typeof body !== 'object' || Array.isArray(body) || error != null) {
    throw new AuthError('invalid_response', 'The answer does not say who is signed in.')
  }
  const claims = userClaims(openMembers(body))
  // Some servers give an empty object, or a CSRF token alone, to somebody who is not signed in.
  if (Object.keys(claims).length === 0) return null
  const fields = server.fields === undefined ? {} : await readExtraFields(server.fields, body)
  const csrf = server.csrfUrl === undefined ? csrfToken : await fetchCsrf(server, ctx)
  return {
    accessToken: null,
    subject: claims.sub ?? null,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Claims by construction, and fields if there is a schema for them.
    user: { ...claims, ...fields } as Claims & Fields,
    scope: parseScope(scope) ?? [],
    secrets: isToken(csrf) ? { csrf } : {},
  }
}

/** Many servers say at once who has signed in; the others are asked. */
async function readLogin<Fields>(server: Server<Fields>, response: Response, ctx: MethodContext): Promise<Session<Claims & Fields>> {
  const body: unknown = await response.json().catch(() => null)
  const { sub, error } = membersOf(body)
  if (error != null) throw new AuthError('invalid_response', 'An error inside a successful answer.', { status: response.status })
  const isNamed = typeof sub === 'string' || typeof sub === 'number'
  const session = isNamed ? await readSession(server, body, ctx) : await ask(server, ctx)
  if (session !== null) return session
  throw new AuthError('unsupported_request', 'The server signed in, and then knows of nobody: its cookie is not kept here, or not sent to "sessionUrl".')
}

/** `undefined`: there is none to be had. */
async function fetchCsrf(server: Server<unknown>, ctx: MethodContext): Promise<string | undefined> {
  const response = await get(server, server.csrfUrl ?? server.sessionUrl, ctx)
  const { csrf_token: csrf } = response.ok ? membersOf(await response.json().catch(() => null)) : {}
  return isToken(csrf) ? csrf : undefined
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
  const fresh = response.status === wrongCsrf ? await fetchCsrf(server, ctx) : undefined
  return fresh === undefined ? response : send(fresh)
}
