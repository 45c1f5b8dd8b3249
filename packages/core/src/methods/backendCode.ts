import { checkHeaderName, checkOptions, checkPathOrUrl, checkSecureUrl, checkText, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { authorizationResponseCode } from '../oauth/authorizationResponse.ts'
import { beginTransaction, keepTransaction, withParameters } from '../oauth/beginTransaction.ts'
import { createCallbackHandler } from '../oauth/callback.ts'
import { checkSecureContext } from '../oauth/checkSecureContext.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import type { FieldsSchema } from '../endpoint/extraFields.ts'
import { checkExtraParameters, type ExtraParameters } from '../oauth/extraParameters.ts'
import { onThisOrigin, readRedirectCallback, returnToIn } from '../oauth/redirectCallback.ts'
import { invalidGrant, tokenError } from '../endpoint/tokenError.ts'
import { checkTokenLifetime } from '../endpoint/checkTokenLifetime.ts'
import type { TokenLifetime } from '../endpoint/tokenLifetime.ts'
import { sendTokenRequest } from '../endpoint/tokenRequest.ts'
import { isError, refusePage } from '../endpoint/tokenResponse.ts'
import { readTokenSession } from '../endpoint/tokenSession.ts'
import { wordOf } from '../endpoint/wordOf.ts'
import type { Transaction } from '../oauth/transaction.ts'
import { membersOf, ownMembers } from '../ownMembers.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { leavingPage, type AuthMethod, type MethodContext } from './method.ts'

interface SharedOptions {
  /** The provider's authorization endpoint (RFC 6749 §3.1). https, or http on localhost. */
  readonly authorizationUrl: string
  /** Of the app at the provider (RFC 6749 §2.2). The secret that belongs to it is the backend's. */
  readonly clientId: string
  /** Of the app's own backend: takes `POST` with the code as JSON. A path of this app's own origin; otherwise https, or http on localhost, and covered by the auth's `api`. */
  readonly exchangeUrl: string
  /** Where the provider sends people back: a path or URL of this app's own origin, registered with the provider. Default `/callback`. */
  readonly redirectUri?: string | undefined
  /** Scopes, separated by spaces. Default: none is asked for. */
  readonly scope?: string | undefined
  /** Whom the callback may name (RFC 9207). Without it, a callback that names an issuer is refused. */
  readonly issuer?: string | undefined
  /** Further parameters of the authorization request, such as `{ access_type: 'offline', prompt: 'consent' }`. */
  readonly parameters?: ExtraParameters | undefined
  /** Header that the backend asks for against CSRF; sent with `1`. Default `X-CSRF-Token`. */
  readonly csrfHeader?: string | undefined
}

/** Options of {@link backendCode} whose backend answers with a cookie and keeps the tokens: recommended. */
export interface BackendCodeSessionOptions<User> extends SharedOptions {
  /** Says who is signed in by that cookie, and does everything but signing in: `cookieSession({ sessionUrl })`. */
  readonly session: AuthMethod<never, User>
}

/** Options of {@link backendCode} whose backend hands the provider's token on. */
export interface BackendCodeTokenOptions<Fields> extends SharedOptions {
  readonly session?: undefined
  /** How long access tokens live. Default: as `expires_in` says, or the JWT, the earlier; without either, until a server refuses them. */
  readonly lifetime?: TokenLifetime | undefined
  /** Validates further members of the answer, which become members of `user`. */
  readonly fields?: FieldsSchema<Fields> | undefined
}

/** What a login may ask for. */
export interface BackendCodeInput {
  /** Where to go afterwards: an address of this app. Default: the current one. */
  readonly returnTo?: string | undefined
}

/**
 * Signs in at an OAuth 2.0 provider by authorization code, which the app's own backend exchanges because it holds the client secret
 * (RFC 6749 §4.1, RFC 7636). The backend answers with a session cookie, or hands the provider's token on.
 *
 * @example
 * createAuth({
 *   method: backendCode({
 *     authorizationUrl: 'https://id.example/oauth/authorize', clientId: 'web', exchangeUrl: '/v1/exchange',
 *     session: cookieSession({ sessionUrl: '/v1/session', logoutUrl: '/v1/session/logout' }),
 *   }),
 * })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function backendCode<User>(options: BackendCodeSessionOptions<User>): AuthMethod<BackendCodeInput | void, User>
export function backendCode<Fields = unknown>(options: BackendCodeTokenOptions<Fields>): AuthMethod<BackendCodeInput | void, Claims & Fields>
export function backendCode(options: EitherOptions): AuthMethod<BackendCodeInput | void> {
  const client = check(options)
  const { authorizationUrl, redirectUri, scope, issuer = null } = client
  return {
    ...client.session,
    name: 'backendCode',
    async login(input, ctx) {
      checkSecureContext(ctx)
      const uri = onThisOrigin(redirectUri, ctx, 'redirectUri')
      const exchangeUrl = new URL(client.exchangeUrl, uri)
      // It gets a code and its verifier, which are a login, and cookies.
      if (exchangeUrl.origin !== uri.origin) ctx.checkDestination(exchangeUrl)
      const returnTo = returnToIn(uri, ownMembers(input ?? {}).returnTo ?? ctx.page.href())
      const departure = { clientId: client.clientId, redirectUri: uri, scope, issuer, requiresIssuer: false, returnTo }
      const { transaction, parameters } = await beginTransaction(departure, ctx)
      keepTransaction(ctx.scratch, transaction)
      ctx.page.assign(withParameters(authorizationUrl, { ...client.parameters, ...parameters }))
      return leavingPage
    },
    callback: (host) =>
      createCallbackHandler((address, ctx) => {
        const uri = onThisOrigin(redirectUri, ctx, 'redirectUri')
        return readRedirectCallback(address, {
          redirectUri: uri,
          ctx,
          complete: (url, transaction, loginCtx) => complete(client, { code: authorizationResponseCode(url), redirectUri: uri.href, transaction }, loginCtx),
        })
      }, host),
  }
}

/** Either form of options. */
interface EitherOptions extends SharedOptions {
  readonly session?: AuthMethod<never> | undefined
  readonly lifetime?: TokenLifetime | undefined
  readonly fields?: FieldsSchema<unknown> | undefined
}

/** The options, checked. */
interface Client extends Omit<SharedOptions, 'scope'> {
  readonly redirectUri: string
  readonly scope: readonly string[]
  readonly parameters: ExtraParameters
  readonly csrfHeader: string
  readonly session: BrowserSession | undefined
  readonly lifetime?: TokenLifetime
  readonly fields?: FieldsSchema<unknown>
}

/** A method whose session the browser keeps, and that says whose it is. */
type BrowserSession = AuthMethod<never> & Required<Pick<AuthMethod<never>, 'presence' | 'adopt'>>

const names = [
  'authorizationUrl', 'clientId', 'exchangeUrl', 'redirectUri', 'scope', 'issuer', 'parameters', 'csrfHeader', 'session', 'lifetime', 'fields',
] as const // prettier-ignore

function check(options: EitherOptions): Client {
  const checked = checkOptions(options, 'backendCode', names)
  const { session, redirectUri = '/callback', issuer, csrfHeader = 'X-CSRF-Token', lifetime, fields } = checked
  checkSecureUrl(checked.authorizationUrl, 'authorizationUrl')
  checkPathOrUrl(checked.exchangeUrl, 'exchangeUrl')
  checkPathOrUrl(redirectUri, 'redirectUri')
  if (issuer !== undefined) checkSecureUrl(issuer, 'issuer')
  checkTokenLifetime(lifetime)
  checkFieldsSchema(fields)
  for (const [option, value] of Object.entries({ lifetime, fields })) {
    if (session !== undefined && value !== undefined) throw configError(option, 'the answer has no token: give it to the session method.')
  }
  return ownMembers({
    ...checked,
    clientId: checkText(checked.clientId, 'clientId'),
    redirectUri,
    scope: checked.scope === undefined ? [] : checkText(checked.scope, 'scope').split(/\s+/),
    parameters: checkExtraParameters(checked.parameters, (problem) => configError('parameters', problem), []),
    csrfHeader: checkHeaderName(csrfHeader, 'csrfHeader'),
    session: session === undefined ? undefined : checkSession(session),
  })
}

function checkSession(session: AuthMethod<never>): BrowserSession {
  const { presence, adopt } = ownMembers({ ...session })
  if (presence !== undefined && adopt !== undefined) return { ...session, presence, adopt }
  throw configError('session', 'expected what cookieSession() gives.')
}

interface Answer {
  readonly code: string
  readonly redirectUri: string
  readonly transaction: Transaction
}

async function complete(client: Client, answer: Answer, ctx: MethodContext): Promise<Session> {
  const { session } = client
  return session === undefined ? readToken(client, await exchange(client, answer, ctx)) : session.adopt(() => exchange(client, answer, ctx), ctx)
}

/** Has the backend exchange the code: once, as the transaction is spent, and with a key by which it knows a repetition. */
async function exchange(client: Client, { code, redirectUri, transaction }: Answer, ctx: MethodContext): Promise<Response> {
  const { state, verifier } = transaction
  const response = await sendTokenRequest(
    {
      url: client.exchangeUrl,
      body: { code, redirect_uri: redirectUri, code_verifier: verifier, state },
      // A custom header, for which the browser asks first (CORS): no other site can have a code of its own exchanged here.
      headers: { [client.csrfHeader]: '1', 'idempotency-key': state },
      credentials: 'include',
    },
    ctx,
  )
  if (!response.ok) throw await tokenError(response, ctx.now(), invalidGrant('authorization_failed'))
  refusePage(response)
  await refuseError(response.clone())
  return response
}

/** Some providers answer 200 to a code that is no good, and some backends hand that on. */
async function refuseError(response: Response): Promise<void> {
  const { error } = membersOf(await response.json().catch(() => {}))
  if (!isError(error)) return
  const oauthError = wordOf(error)
  const message = `The backend answered with an error (${oauthError ?? 'not readable'}): sign in again, or look at the backend.`
  throw new AuthError('authorization_failed', message, { status: response.status, oauthError })
}

async function readToken({ scope, lifetime, fields }: Client, response: Response): Promise<Session> {
  const session = await readTokenSession(response, null, { lifetime, fields, requestedScope: scope })
  // Nothing here would use them, and what is not there cannot be stolen.
  return { ...session, refreshToken: undefined, idToken: undefined }
}
