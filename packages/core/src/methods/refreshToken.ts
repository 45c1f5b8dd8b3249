import { checkOptions, checkPathOrUrl, checkText, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import { checkTokenLifetime } from '../endpoint/checkTokenLifetime.ts'
import type { FieldsSchema } from '../endpoint/extraFields.ts'
import { invalidGrant, spentToken, tokenError } from '../endpoint/tokenError.ts'
import type { TokenLifetime } from '../endpoint/tokenLifetime.ts'
import { sendTokenRequest } from '../endpoint/tokenRequest.ts'
import { readTokenSession } from '../endpoint/tokenSession.ts'
import { membersOf, ownMembers } from '../ownMembers.ts'
import type { Claims } from '../session/claims.ts'
import { isToken, type Session } from '../session/session.ts'
import type { AuthMethod, MethodContext } from './method.ts'

/** Options of {@link refreshToken}. Each URL may be a path of this app's own origin; otherwise https, or http on localhost. */
export interface RefreshTokenOptions<Fields = unknown> {
  /** Takes `POST` with a refresh token and answers as RFC 6749 §5.1 has it. */
  readonly tokenUrl: string
  /**
   * `'form'` (default): a token endpoint of OAuth, which takes `grant_type=refresh_token` (RFC 6749 §6). `'json'`: an endpoint of the
   * app's own backend, which takes `{"refresh_token"}`.
   */
  readonly format?: 'form' | 'json' | undefined
  /** Sent with the format `'form'`, where the server wants to know the client that the token was issued to. */
  readonly clientId?: string | undefined
  /**
   * Told at sign-out: a revocation endpoint (RFC 7009), or with the format `'json'` one that takes `{"refresh_token"}`. After that the
   * token is of no use any more. Without it sign-out is local.
   */
  readonly revocationUrl?: string | undefined
  /** How long access tokens live. Default: as `expires_in` says, or the JWT, the earlier. */
  readonly lifetime?: TokenLifetime | undefined
  /** Validates further members of the answer, which become members of `user`. */
  readonly fields?: FieldsSchema<Fields> | undefined
}

/** What `login()` takes. */
export interface RefreshTokenInput {
  /** As it was handed out. Spent by this very login where the server rotates refresh tokens. */
  readonly refreshToken: string
}

/**
 * Signs in with a refresh token that somebody handed out beforehand: an administrator, another program, a page of settings.
 *
 * The token is used at once, so that one that is no good is known at login. It is for one app in one tab: a server that rotates
 * refresh tokens and detects reuse ends the session of both who use the same.
 *
 * @example
 * createAuth({ method: refreshToken({ tokenUrl: 'https://id.example/token', clientId: 'web' }), api: 'https://api.example/' })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function refreshToken<Fields = unknown>(options: RefreshTokenOptions<Fields>): AuthMethod<RefreshTokenInput, Claims & Fields> {
  const checked = check(options)
  const { tokenUrl, format, revocationUrl } = checked
  const refusal = format === 'form' ? invalidGrant('refresh_rejected') : spentToken

  const exchange = async (given: string, previous: Session<Claims & Fields> | null, ctx: MethodContext): Promise<Session<Claims & Fields>> => {
    const body = bodyOf(checked, given, { grant_type: 'refresh_token', refresh_token: given })
    const response = await sendTokenRequest({ url: tokenUrl, body }, ctx)
    if (!response.ok) throw await tokenError(response, ctx.now(), previous === null ? { ...refusal, code: 'invalid_credentials' } : refusal)
    const session = await readTokenSession(response, previous, checked)
    return { ...session, refreshToken: session.refreshToken ?? given }
  }

  return {
    name: 'refreshToken',
    async login(input, ctx) {
      const { refreshToken: given } = membersOf(input)
      if (!isToken(given)) throw new AuthError('invalid_input', 'login() takes { refreshToken }: printable ASCII without spaces.')
      return exchange(given, null, ctx)
    },
    refresh: async (session, ctx) => exchange(session.refreshToken ?? '', session, ctx),
    ...(revocationUrl !== undefined && {
      async logout(session: Session<Claims & Fields>, ctx: MethodContext) {
        const token = session.refreshToken ?? ''
        const body = bodyOf(checked, token, { token, token_type_hint: 'refresh_token' })
        const response = await sendTokenRequest({ url: revocationUrl, body, keepalive: true }, ctx)
        if (!response.ok) throw await tokenError(response, ctx.now())
        return true
      },
    }),
  }
}

interface Checked<Fields> extends RefreshTokenOptions<Fields> {
  readonly format: 'form' | 'json'
}

function check<Fields>(options: RefreshTokenOptions<Fields>): Checked<Fields> {
  const checked = checkOptions(options, 'refreshToken', ['tokenUrl', 'format', 'clientId', 'revocationUrl', 'lifetime', 'fields'])
  const { tokenUrl, format = 'form', clientId, revocationUrl } = checked
  checkPathOrUrl(tokenUrl, 'tokenUrl')
  if (format !== 'form' && format !== 'json') throw configError('format', "expected 'form' or 'json'.")
  if (clientId !== undefined) checkText(clientId, 'clientId')
  if (clientId !== undefined && format === 'json') throw configError('clientId', "it is sent with the format 'form' only.")
  if (revocationUrl !== undefined) checkPathOrUrl(revocationUrl, 'revocationUrl')
  checkTokenLifetime(checked.lifetime)
  checkFieldsSchema(checked.fields)
  return ownMembers({ ...checked, format })
}

/** The token in the one format, or what stands for it in the other. */
function bodyOf({ format, clientId }: Pick<Checked<unknown>, 'format' | 'clientId'>, token: string, form: Readonly<Record<string, string>>): object {
  if (format === 'json') return { refresh_token: token }
  return new URLSearchParams({ ...form, ...(clientId !== undefined && { client_id: clientId }) })
}
