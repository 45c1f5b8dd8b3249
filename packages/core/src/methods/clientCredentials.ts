import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import { warn } from '../browser/warn.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { checkOptions, checkSecureUrl, checkText, configError } from '../checkOptions.ts'
import { AuthError, isAuthError } from '../errors.ts'
import { createBoundedFetch } from '../http/boundedFetch.ts'
import { checkTokenLifetime } from '../endpoint/checkTokenLifetime.ts'
import { tokenError, type Refusal } from '../endpoint/tokenError.ts'
import { tokenLifetimeMs, type TokenLifetime } from '../endpoint/tokenLifetime.ts'
import { sendTokenRequest, type RequestContext } from '../endpoint/tokenRequest.ts'
import { parseTokenResponse, readJson } from '../endpoint/tokenResponse.ts'
import { membersOf, ownMembers } from '../ownMembers.ts'
import type { Session, TokenSet } from '../session/session.ts'
import type { AuthMethod, MethodContext } from './method.ts'

/** Options of {@link clientCredentials} and {@link clientCredentialsGrant}. */
export interface ClientCredentialsOptions {
  /** The token endpoint (RFC 6749 §3.2): https, or http on localhost. */
  readonly tokenUrl: string
  /** Of the program at the server (RFC 6749 §2.2). */
  readonly clientId: string
  /** Whoever has it signs in as the program: it belongs in neither a page nor a repository. */
  readonly clientSecret: string
  /** Scopes to ask for, separated by spaces. Default: none, so that the server decides. */
  readonly scope?: string | undefined
  /** How id and secret are sent: as HTTP Basic (default), or as `client_id` and `client_secret` in the body (RFC 6749 §2.3.1). */
  readonly authentication?: 'basic' | 'body' | undefined
  /** Without `true` nothing is sent from a page or a worker: whoever opens it can read the secret. */
  readonly dangerouslyAllowBrowser?: boolean | undefined
  /** How long access tokens live. Default: as `expires_in` says, or the JWT, the earlier. */
  readonly lifetime?: TokenLifetime | undefined
}

/** What `login()` may ask for. */
export interface ClientCredentialsInput {
  /** Scopes separated by spaces, in place of the option's. */
  readonly scope?: string | undefined
}

/**
 * Signs a program in as itself, with an id and a secret (RFC 6749 §4.4): for servers, jobs and command lines. There is no person, so
 * `user` is `null`. Needs no refresh token: it asks again.
 *
 * @example
 * createAuth({ method: clientCredentials({ tokenUrl, clientId, clientSecret }), api: 'https://api.example/' })
 *
 * @throws AuthError `invalid_config`, naming the option; in a browser when it is used.
 */
export function clientCredentials(options: ClientCredentialsOptions): AuthMethod<ClientCredentialsInput | void, null> {
  const checked = check(options, 'clientCredentials')
  const grant = async (scope: string | undefined, ctx: MethodContext): Promise<Session<null>> => {
    const granted = await request(checked, scope === undefined ? checked.scope : splitScope(scope), ctx)
    // What was asked for, as the server may grant what cannot be asked for.
    return { ...granted, ...nobody, ...(scope !== undefined && { secrets: { scope } }) }
  }
  return {
    name: 'clientCredentials',
    login: async (input, ctx) => grant(scopeOf(input), ctx),
    async refresh({ secrets }, ctx) {
      try {
        return await grant(secrets?.['scope'], ctx)
      } catch (error) {
        throw endingSession(error)
      }
    },
    canRefresh: () => true,
  }
}

/** The program itself is no person. */
const nobody = { subject: null, user: null }

/** A function for `new TokenManager({ refresh })`: gets tokens for one scope. */
export type ClientCredentialsRefresh = (current: TokenSet | null, context: { readonly signal: AbortSignal }) => Promise<TokenSet>

/** Gets tokens for a program, as itself. Asks for the scope of the options. */
export interface ClientCredentialsGrant extends ClientCredentialsRefresh {
  /** The same for another scope, or several separated by spaces. */
  readonly forScope: (scope: string) => ClientCredentialsRefresh
}

/** Time for one request of a grant, its answer included. */
const requestTimeoutMs = 10_000

/**
 * Client credentials without an auth: a function that a `TokenManager` refreshes with. Whoever asks for the same scope at once gets
 * the tokens of one request, which takes ten seconds at most.
 *
 * @example
 * const grant = clientCredentialsGrant({ tokenUrl, clientId, clientSecret })
 * const tokens = new TokenManager({ refresh: grant })
 * const readingTokens = new TokenManager({ refresh: grant.forScope('read:resources') })
 *
 * @throws AuthError `invalid_config`, naming the option; in a browser when it is used. The function itself rejects with
 * `invalid_credentials` (`refresh_rejected` when there are tokens already), `client_rejected`, `invalid_response` or a transient code.
 */
export function clientCredentialsGrant(options: ClientCredentialsOptions, environment: Environment = realEnvironment): ClientCredentialsGrant {
  const checked = check(options, 'clientCredentialsGrant')
  const { network, timer, clock, page } = environment
  const fetch = createBoundedFetch(network, timer, requestTimeoutMs)
  const ctx = { fetch, page, now: () => clock.now().wallAt }
  const join = createFlights((scope, signal) => request(checked, scope, { ...ctx, signal }))
  const refreshFor =
    (scope: readonly string[]): ClientCredentialsRefresh =>
    async (current, { signal }) => {
      try {
        return await withDeadline({ timer, deadlineMs: requestTimeoutMs, signal }, (left) => join(scope, left))
      } catch (error) {
        throw current === null ? error : endingSession(error)
      }
    }
  return Object.assign(refreshFor(checked.scope), { forScope: (scope: string) => refreshFor(splitScope(checkText(scope, 'scope'))) })
}

type Join = (scope: readonly string[], left: AbortSignal) => Promise<TokenSet>

interface Flight {
  readonly tokens: Promise<TokenSet>
  readonly stop: AbortController
  waiting: number
}

/** Requests that several may wait for, one a scope: none of those aborts it but the last one to leave. */
function createFlights(send: Join): Join {
  const flights = new Map<string, Flight>()
  const begin = (scope: readonly string[], key: string): Flight => {
    const stop = new AbortController()
    const forget = (): void => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    stop.signal.addEventListener('abort', forget)
    const flight: Flight = { tokens: send(scope, stop.signal).finally(forget), stop, waiting: 0 }
    flights.set(key, flight)
    return flight
  }
  return (scope, left) => {
    const key = scope.join(' ')
    const flight = flights.get(key) ?? begin(scope, key)
    flight.waiting++
    left.addEventListener('abort', () => {
      if (--flight.waiting === 0) flight.stop.abort()
    })
    return flight.tokens
  }
}

interface Checked extends Omit<ClientCredentialsOptions, 'scope'> {
  readonly scope: readonly string[]
}

function check(options: ClientCredentialsOptions, where: string): Checked {
  const known = ['tokenUrl', 'clientId', 'clientSecret', 'scope', 'authentication', 'dangerouslyAllowBrowser', 'lifetime'] as const
  const checked = checkOptions(options, where, known)
  const { authentication, dangerouslyAllowBrowser, scope } = checked
  checkSecureUrl(checked.tokenUrl, 'tokenUrl')
  checkText(checked.clientId, 'clientId')
  checkText(checked.clientSecret, 'clientSecret')
  if (authentication !== undefined && authentication !== 'basic' && authentication !== 'body') throw configError('authentication', "expected 'basic' or 'body'.")
  if (dangerouslyAllowBrowser !== undefined && typeof dangerouslyAllowBrowser !== 'boolean') {
    throw configError('dangerouslyAllowBrowser', 'expected a boolean.')
  }
  checkTokenLifetime(checked.lifetime)
  return ownMembers({ ...checked, scope: scope === undefined ? [] : splitScope(checkText(scope, 'scope')) })
}

function scopeOf(input: unknown): string | undefined {
  const { scope } = membersOf(input)
  if (scope === undefined) return undefined
  if (typeof scope !== 'string' || scope.trim() === '') throw new AuthError('invalid_input', 'login() takes { scope }: scopes separated by spaces.')
  return scope.trim()
}

function splitScope(scope: string): readonly string[] {
  return scope.split(/\s+/)
}

/** Clients of which developers were told that their secret is none. */
const warned = new WeakSet<Checked>()

type Granted = TokenSet & Pick<Session, 'scope'>

/** Asks for a token (RFC 6749 §4.4.2). */
async function request(options: Checked, scope: readonly string[], ctx: RequestContext & Pick<MethodContext, 'now'>): Promise<Granted> {
  const { tokenUrl, clientId, clientSecret, authentication, dangerouslyAllowBrowser, lifetime } = options
  if (ctx.page.isBrowser()) {
    const problem = 'this is a browser, and whoever uses it can read the secret. Ask for tokens on a server.'
    if (dangerouslyAllowBrowser !== true) throw configError('dangerouslyAllowBrowser', problem)
    if (!warned.has(options)) warn(`clientCredentials: ${problem}`)
    warned.add(options)
  }
  const isBasic = authentication !== 'body'
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(!isBasic && { client_id: clientId, client_secret: clientSecret }),
    ...(scope.length > 0 && { scope: scope.join(' ') }),
  })
  const headers = isBasic ? { authorization: `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)}` } : {}
  const response = await sendTokenRequest({ url: tokenUrl, body, headers }, ctx)
  if (!response.ok) throw await tokenError(response, ctx.now(), wrongClient)
  const tokens = parseTokenResponse(await readJson(response))
  // RFC 6749 §4.4.3: a refresh token has no place here. Without a scope in the answer, what was asked for is granted (§5.1).
  return { accessToken: tokens.accessToken, expiresInMs: tokenLifetimeMs(lifetime, tokens), scope: tokens.scope ?? scope }
}

/** As RFC 6749 §2.3.1 wants it before base64: neither a colon nor anything outside ASCII is left. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** RFC 6749 §5.2. Many servers say no more than 401. */
const wrongClient: Refusal = {
  code: 'invalid_credentials',
  applies: (status, oauthError) => status === 401 || oauthError === 'invalid_client',
}

/** What a refusal is called where there were tokens before: one that ends the session. */
function endingSession(error: unknown): unknown {
  if (!isAuthError(error, 'invalid_credentials')) return error
  const { message, status, oauthError } = error
  return new AuthError('refresh_rejected', message, { status, oauthError })
}
