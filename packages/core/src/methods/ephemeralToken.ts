import { whenActivated } from '../browser/page.ts'
import { checkDurationMs, checkOptions, checkPathOrUrl, configError } from '../checkOptions.ts'
import { AuthError, isAuthError } from '../errors.ts'
import { createCallbackHandler, type Callback } from '../oauth/callback.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import { checkTokenLifetime } from '../endpoint/checkTokenLifetime.ts'
import type { FieldsSchema } from '../endpoint/extraFields.ts'
import { safeReturnTo } from '../oauth/returnTo.ts'
import { spentToken, tokenError } from '../endpoint/tokenError.ts'
import type { TokenLifetime } from '../endpoint/tokenLifetime.ts'
import { sendTokenRequest } from '../endpoint/tokenRequest.ts'
import { readTokenSession } from '../endpoint/tokenSession.ts'
import { membersOf, ownMembers } from '../ownMembers.ts'
import type { Claims } from '../session/claims.ts'
import { isToken, type Session } from '../session/session.ts'
import type { AuthMethod, CallbackHost, MethodContext } from './method.ts'

/** Options of {@link ephemeralToken}. Each URL may be a path of this app's own origin; otherwise https, or http on localhost. */
export interface EphemeralTokenOptions<Fields = unknown> {
  /** Takes `POST` with `{"ephemeral_token"}` as JSON, once for each token, and answers with a session token as RFC 6749 §5.1 has it. */
  readonly exchangeUrl: string
  /** Takes `POST` with the session token as bearer token at sign-out. Without it sign-out is local. */
  readonly endUrl?: string | undefined
  /**
   * Gets another ephemeral token for the same person, usually from the app's own backend, whenever the session is to be refreshed.
   * Without it the session ends with its token. What it throws counts as passing trouble, unless it is an `AuthError` that says otherwise.
   */
  readonly mint?: (() => Promise<string>) | undefined
  /**
   * Lets `handleCallback()` take a token from the address: from its query or its fragment (`#name=…`), under this name. Without it no
   * address is looked at.
   */
  readonly urlParameter?: string | undefined
  /** Longest life of a session token from its receipt, in milliseconds, whatever the server says. Default 43 200 000: twelve hours. */
  readonly maxLifetimeMs?: number | undefined
  /** How long session tokens live, up to `maxLifetimeMs`. Default: as `expires_in` says, or the JWT, the earlier. */
  readonly lifetime?: TokenLifetime | undefined
  /** Validates further members of the answer, which become members of `user`. */
  readonly fields?: FieldsSchema<Fields> | undefined
}

/** What `login()` takes. */
export interface EphemeralTokenInput {
  /** Spent by this very login. */
  readonly ephemeralToken: string
}

/**
 * Signs in for a few hours with a token that works once: what another page, a mail or a backend hands over to let a person in. It is
 * exchanged for a session token, and is neither stored nor kept after that.
 *
 * @example
 * createAuth({ method: ephemeralToken({ exchangeUrl: '/v1/sessions/exchange', endUrl: '/v1/sessions/end' }) })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function ephemeralToken<Fields = unknown>(options: EphemeralTokenOptions<Fields>): AuthMethod<EphemeralTokenInput, Claims & Fields> {
  const checked = check(options)
  const { exchangeUrl, endUrl, mint, urlParameter, maxLifetimeMs } = checked

  const exchange = async (token: string, previous: Session<Claims & Fields> | null, ctx: MethodContext): Promise<Session<Claims & Fields>> => {
    // The page may have been shown, or the token minted, long after it was asked for.
    if (!ctx.isWanted()) throw new AuthError('superseded', 'Another login or a logout came after this one: nothing to do.')
    const response = await sendTokenRequest({ url: exchangeUrl, body: { ephemeral_token: token } }, ctx)
    if (!response.ok) throw await tokenError(response, ctx.now(), previous === null ? { ...spentToken, code: 'invalid_credentials' } : spentToken)
    const session = await readTokenSession(response, previous, checked)
    // What could outlive the session token is not kept.
    return { ...session, refreshToken: undefined, expiresInMs: Math.min(session.expiresInMs ?? maxLifetimeMs, maxLifetimeMs) }
  }

  const link = createLink((token, ctx) => exchange(token, null, ctx))

  return {
    name: 'ephemeralToken',
    async login(input, ctx) {
      const { ephemeralToken: given } = membersOf(input)
      if (!isToken(given)) throw new AuthError('invalid_input', 'login() takes { ephemeralToken }: printable ASCII without spaces.')
      return link.has(given) ? link.takeUp(given, ctx) : exchange(given, null, ctx)
    },
    ...(urlParameter !== undefined && {
      callback: (host: CallbackHost<Claims & Fields>) => createCallbackHandler((url, ctx) => readAddress(url, ctx, { urlParameter, takeUp: link.takeUp }), host),
      retryInput: link.retryInput,
    }),
    ...(mint !== undefined && {
      canRefresh: () => true,
      async refresh(session: Session<Claims & Fields>, ctx: MethodContext) {
        const token: unknown = await mint()
        if (!isToken(token)) throw new AuthError('invalid_response', 'mint() has to give printable ASCII without spaces, and did not.')
        return exchange(token, session, ctx)
      },
    }),
    ...(endUrl !== undefined && {
      async logout({ accessToken }: Session<Claims & Fields>, ctx: MethodContext) {
        const headers = { authorization: `Bearer ${accessToken}` }
        const response = await sendTokenRequest({ url: endUrl, body: {}, headers, keepalive: true }, ctx)
        // A 401: it is over already.
        if (!response.ok && response.status !== 401) throw await tokenError(response, ctx.now())
        return true
      },
    }),
  }
}

interface Checked<Fields> extends EphemeralTokenOptions<Fields> {
  readonly maxLifetimeMs: number
}

function check<Fields>(options: EphemeralTokenOptions<Fields>): Checked<Fields> {
  const known = ['exchangeUrl', 'endUrl', 'mint', 'urlParameter', 'maxLifetimeMs', 'lifetime', 'fields'] as const
  const checked = checkOptions(options, 'ephemeralToken', known)
  const { exchangeUrl, endUrl, mint, urlParameter, maxLifetimeMs = 43_200_000 } = checked
  checkPathOrUrl(exchangeUrl, 'exchangeUrl')
  if (endUrl !== undefined) checkPathOrUrl(endUrl, 'endUrl')
  if (mint !== undefined && typeof mint !== 'function') throw configError('mint', 'expected a function.')
  if (urlParameter !== undefined && !(typeof urlParameter === 'string' && /^(?!(code|state|error|iss)$)[\w.-]+$/.test(urlParameter))) {
    throw configError('urlParameter', 'expected letters, digits, "_", "-" and ".", and no parameter of OAuth.')
  }
  if (checkDurationMs(maxLifetimeMs, 'maxLifetimeMs') === 0) throw configError('maxLifetimeMs', 'expected more than 0.')
  checkTokenLifetime(checked.lifetime)
  checkFieldsSchema(checked.fields)
  return ownMembers({ ...checked, maxLifetimeMs })
}

type Exchange<User> = (token: string, ctx: MethodContext) => Promise<Session<User>>

/** The token of the last link: the address has it no more, so a retry finds it here while no server has judged it. */
interface Link<User> {
  readonly takeUp: Exchange<User>
  readonly has: (token: string) => boolean
  readonly retryInput: () => Partial<EphemeralTokenInput>
}

function createLink<User>(exchange: Exchange<User>): Link<User> {
  let last: { readonly token: string; readonly isWanted: () => boolean } | null = null
  return {
    has: (token) => last?.token === token,
    async takeUp(token, ctx) {
      last = { token, isWanted: ctx.isWanted }
      try {
        const session = await exchange(token, ctx)
        last = null
        return session
      } catch (error) {
        if (!isAuthError(error) || !error.retryable) last = null
        throw error
      }
    },
    retryInput() {
      // Somebody has logged in or out since.
      if (last?.isWanted() === false) last = null
      return last === null ? {} : { ephemeralToken: last.token }
    },
  }
}

interface AddressOptions<User> {
  readonly urlParameter: string
  readonly takeUp: Exchange<User>
}

/** Looks for a token in an address of this app, and changes nothing. */
function readAddress<User>(url: URL, ctx: MethodContext, { urlParameter, takeUp }: AddressOptions<User>): Callback<User> | null {
  const here = ctx.page.href()
  if (here === null || url.origin !== new URL(here).origin) return null
  const query = takeOut(urlParameter, url.search)
  const fragment = takeOut(urlParameter, url.hash)
  const tokens = new Set([...query.values, ...fragment.values])
  if (tokens.size === 0) return null
  const clean = new URL(url)
  clean.search = query.rest
  clean.hash = fragment.rest
  const complete = async (current: MethodContext): Promise<Session<User>> => {
    const [token] = tokens
    if (!isToken(token) || tokens.size > 1) throw new AuthError('invalid_callback', `The address has no usable "${urlParameter}", or several: ask for another link.`)
    // A page that is loaded ahead of a click may never be seen by anybody, and the token works once.
    const { page, signal } = current
    await (page.whenActivated ?? whenActivated)(signal)
    return takeUp(token, current)
  }
  return { type: 'pending', state: ctx.random(), cleanUrl: clean.href, returnTo: safeReturnTo(clean.href, here), complete }
}

/** The values of one parameter, and the other parameters as they are written. */
function takeOut(name: string, parameters: string): { readonly values: readonly string[]; readonly rest: string } {
  const values: string[] = []
  const others = parameters.slice(1).split('&').filter((part) => {
    // Without "=" it is an anchor.
    const value = part.includes('=') ? new URLSearchParams(part).get(name) : null
    if (value !== null) values.push(value)
    return value === null
  })
  return { values, rest: others.join('&') }
}
