import { checkOptions, checkPathOrUrl } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import type { FieldsSchema } from '../endpoint/extraFields.ts'
import { spentToken, tokenError, type Refusal } from '../endpoint/tokenError.ts'
import { checkTokenLifetime } from '../endpoint/checkTokenLifetime.ts'
import type { TokenLifetime } from '../endpoint/tokenLifetime.ts'
import { sendTokenRequest } from '../endpoint/tokenRequest.ts'
import { readTokenSession } from '../endpoint/tokenSession.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import type { AuthMethod, MethodContext } from './method.ts'

/** Options of {@link password}. Each URL may be a path of this app's own origin; otherwise https, or http on localhost. */
export interface PasswordOptions<Fields = unknown> {
  /** Takes `POST` with the input of `login()` as JSON and answers as RFC 6749 §5.1 has it. */
  readonly loginUrl: string
  /** Takes `POST` with `{"refresh_token"}` as JSON and answers likewise. Without it the session ends with its first token. */
  readonly refreshUrl?: string | undefined
  /** Takes `POST` with `{"refresh_token"}` as JSON at sign-out. Without it sign-out is local. */
  readonly logoutUrl?: string | undefined
  /** How long access tokens live. Default: as `expires_in` says, or the JWT, the earlier. */
  readonly lifetime?: TokenLifetime | undefined
  /** Validates further members of the answer, which become members of `user`. */
  readonly fields?: FieldsSchema<Fields> | undefined
}

/** What `login()` takes unless the app names another shape: `password<{ username: string; pin: string }>({ … })`. */
export interface PasswordInput {
  /** Sent as it is: the server says whose it is. */
  readonly email: string
  /** Sent as it is, and not kept. */
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
export function password<Input extends object = PasswordInput, Fields = unknown>(
  options: PasswordOptions<Fields>,
): AuthMethod<Input, Claims & Fields> {
  const checked = checkOptions(options, 'password', ['loginUrl', 'refreshUrl', 'logoutUrl', 'lifetime', 'fields'])
  const { loginUrl, refreshUrl, logoutUrl } = checked
  checkPathOrUrl(loginUrl, 'loginUrl')
  if (refreshUrl !== undefined) checkPathOrUrl(refreshUrl, 'refreshUrl')
  if (logoutUrl !== undefined) checkPathOrUrl(logoutUrl, 'logoutUrl')
  checkTokenLifetime(checked.lifetime)
  checkFieldsSchema(checked.fields)

  return {
    name: 'password',
    async login(input, ctx) {
      if (typeof input !== 'object' || input === null) throw new AuthError('invalid_input', 'login() takes an object, such as { email, password }.')
      const response = await sendTokenRequest({ url: loginUrl, body: { ...input } }, ctx)
      if (!response.ok) throw await tokenError(response, ctx.now(), wrongPassword)
      return readTokenSession(response, null, checked)
    },
    ...(refreshUrl !== undefined && {
      async refresh(session: Session<Claims & Fields>, ctx: MethodContext) {
        const response = await sendTokenRequest({ url: refreshUrl, body: { refresh_token: session.refreshToken } }, ctx)
        if (!response.ok) throw await tokenError(response, ctx.now(), spentToken)
        return readTokenSession(response, session, checked)
      },
    }),
    ...(logoutUrl !== undefined && {
      async logout(session: Session<Claims & Fields>, ctx: MethodContext) {
        // Without a refresh token the server could not know whose session it is.
        if (session.refreshToken === undefined) return false
        const response = await sendTokenRequest({ url: logoutUrl, body: { refresh_token: session.refreshToken }, keepalive: true }, ctx)
        if (!response.ok) throw await tokenError(response, ctx.now())
        return true
      },
    }),
  }
}

/** Login endpoints say so with 401, or with 400 and a code of their own or of OAuth. */
const wrongPassword: Refusal = {
  code: 'invalid_credentials',
  applies: (status, oauthError) => status === 401 || oauthError === 'invalid_grant' || oauthError === 'invalid_credentials',
}
