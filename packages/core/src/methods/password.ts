import { checkOptions, checkPathOrUrl } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { tokenError, type Refusal } from '../oauth/tokenError.ts'
import { parseTokenResponse, readJson } from '../oauth/tokenResponse.ts'
import { decodeClaims, jwtLifetimeMs, userClaims, type Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import type { AuthMethod, MethodContext } from './method.ts'

/** Options of {@link password}. Each URL may be a path of this app's own origin; otherwise https, or http on localhost. */
export interface PasswordOptions {
  /** Takes `POST` with the input of `login()` as JSON and answers as RFC 6749 §5.1 has it. */
  readonly loginUrl: string
  /** Takes `POST` with `{"refresh_token"}` as JSON and answers likewise. Without it the session ends with its first token. */
  readonly refreshUrl?: string | undefined
  /** Takes `POST` with `{"refresh_token"}` as JSON at sign-out. Without it sign-out is local. */
  readonly logoutUrl?: string | undefined
}

/** What `login()` takes unless the app names another shape: `password<{ username: string; pin: string }>({ … })`. */
export interface PasswordInput {
  readonly email: string
  readonly password: string
}

/**
 * Signs in with a password at the app's own, first-party login endpoint, which answers with a bearer token, usually a JWT.
 *
 * Not for OAuth's `grant_type=password`: RFC 9700 §2.4 forbids it. The password is neither kept nor put into any error.
 *
 * @example
 * createAuth({ method: password({ loginUrl: '/v1/auth/login', refreshUrl: '/v1/auth/refresh' }) })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function password<Input extends object = PasswordInput>(options: PasswordOptions): AuthMethod<Input, Claims> {
  const { loginUrl, refreshUrl, logoutUrl } = checkOptions(options, 'password', ['loginUrl', 'refreshUrl', 'logoutUrl'])
  checkPathOrUrl(loginUrl, 'loginUrl')
  if (refreshUrl !== undefined) checkPathOrUrl(refreshUrl, 'refreshUrl')
  if (logoutUrl !== undefined) checkPathOrUrl(logoutUrl, 'logoutUrl')

  return {
    name: 'password',
    async login(input, ctx) {
      if (typeof input !== 'object' || input === null) throw new AuthError('invalid_input', 'login() takes an object, such as { email, password }.')
      const response = await post({ url: loginUrl, body: input }, ctx)
      if (!response.ok) throw await tokenError(response, ctx.now(), wrongPassword)
      return toSession(await readJson(response), null)
    },
    ...(refreshUrl !== undefined && {
      async refresh(session: Session<Claims>, ctx: MethodContext) {
        const response = await post({ url: refreshUrl, body: { refresh_token: session.refreshToken } }, ctx)
        if (!response.ok) throw await tokenError(response, ctx.now(), spentToken)
        return toSession(await readJson(response), session)
      },
    }),
    ...(logoutUrl !== undefined && {
      async logout(session: Session<Claims>, ctx: MethodContext) {
        // Without a refresh token the server could not know whose session it is.
        if (session.refreshToken === undefined) return false
        const response = await post({ url: logoutUrl, body: { refresh_token: session.refreshToken }, keepalive: true }, ctx)
        if (!response.ok) throw await tokenError(response, ctx.now())
        return true
      },
    }),
  }
}

interface Message {
  readonly url: string
  readonly body: object
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean
}

async function post({ url, body, keepalive = false }: Message, ctx: MethodContext): Promise<Response> {
  const page = ctx.page.href() ?? undefined
  if (!URL.canParse(url, page)) throw new AuthError('unsupported_request', `"${url}" is a path, and there is no page.`)
  return ctx.fetch(new URL(url, page).href, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    keepalive,
    signal: ctx.signal,
  })
}

/** Login endpoints say so with 401, or with 400 and a code of their own or of OAuth. */
const wrongPassword: Refusal = {
  code: 'invalid_credentials',
  applies: (status, oauthError) => status === 401 || oauthError === 'invalid_grant' || oauthError === 'invalid_credentials',
}

const spentToken: Refusal = {
  code: 'refresh_rejected',
  applies: (status, oauthError) => status === 401 || oauthError === 'invalid_grant' || oauthError === 'invalid_token',
}

function toSession(body: unknown, previous: Session<Claims> | null): Session<Claims> {
  const { scope, ...tokens } = parseTokenResponse(body)
  // Whom the ID token of the login named, the access token of a refresh does not rename.
  const isNamed = tokens.idToken === undefined && previous?.idToken !== undefined
  const claims = isNamed ? null : decodeClaims(tokens.idToken ?? tokens.accessToken)
  return {
    ...tokens,
    idToken: tokens.idToken ?? previous?.idToken,
    expiresInMs: tokens.expiresInMs ?? jwtLifetimeMs(decodeClaims(tokens.accessToken)),
    scope: scope ?? previous?.scope ?? [],
    subject: claims?.sub ?? previous?.subject ?? null,
    user: claims === null ? (previous?.user ?? {}) : userClaims(claims),
  }
}
