import { checkDurationMs, checkOptions, checkPathOrUrl, checkSecureUrl, checkText, configError } from '../checkOptions.ts'
import type { AuthError } from '../errors.ts'
import { checkExtraParameters, type ExtraParameters } from './extraParameters.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import { checkTokenLifetime } from '../endpoint/checkTokenLifetime.ts'
import type { AnswerOptions } from '../endpoint/tokenSession.ts'

/** Where a provider's endpoints are, when they are not to be discovered. https, or http on localhost. */
export interface AuthorizationEndpoints {
  /** Where people sign in (RFC 6749 §3.1). */
  readonly authorization: string
  /** Where codes and refresh tokens are exchanged (RFC 6749 §3.2). */
  readonly token: string
  /** RFC 7009. Without it, signing out revokes nothing. */
  readonly revocation?: string | undefined
  /** RP-Initiated Logout 1.0; used with `postLogoutRedirectUri`. */
  readonly endSession?: string | undefined
  /** RFC 9126. When given, every authorization request is pushed to it first. */
  readonly pushedAuthorizationRequest?: string | undefined
  /** The provider's public keys (RFC 7517 §5). Needed with an issuer, unless signatures are left `'unchecked'`. */
  readonly jwks?: string | undefined
  /** OpenID Connect Core §5.3. Needed for `userInfo`. */
  readonly userInfo?: string | undefined
}

/** Where the person signs in: in this tab, in a window beside it, or in a window unless the browser blocks it. */
export type Presentation = 'redirect' | 'popup' | 'popup_or_redirect'

interface ClientOptions<Fields> extends Pick<AnswerOptions<Fields>, 'lifetime' | 'fields'> {
  /** Of a public client: one without a secret, for which the provider accepts PKCE. */
  readonly clientId: string
  /** Where the provider sends people back: a path or URL of this app's own origin, registered with the provider. Default `/callback`. */
  readonly redirectUri?: string | undefined
  /**
   * Scopes, separated by spaces. Default `openid profile email`; without an issuer none. Many providers give a refresh token only
   * with `offline_access`.
   */
  readonly scope?: string | undefined
  /**
   * Where to come back after sign-out: a path or URL of this app's own origin, registered with the provider. When given, `logout()`
   * also ends the session at the provider (RP-Initiated Logout 1.0). Without it only this app's tokens are revoked.
   */
  readonly postLogoutRedirectUri?: string | undefined
  /**
   * Whether the provider is sent the ID token at sign-out, in an address, which servers and proxies write into their logs
   * (RP-Initiated Logout 1.0 §2). `false`: the client id, and the person's `sub` as `logout_hint`; many providers ask the person then.
   * Default `true`.
   */
  readonly idTokenHint?: boolean | undefined
  /** Whom the access token is for (RFC 8707): absolute URIs without a fragment. */
  readonly resource?: string | readonly string[] | undefined
  /** Sent with every authorization request: what the provider knows beyond the standards, such as `audience`. */
  readonly parameters?: ExtraParameters | undefined
  /** Default `redirect`. */
  readonly presentation?: Presentation | undefined
  /** How long to wait for a popup. Default 300 000: five minutes. */
  readonly popupTimeoutMs?: number | undefined
  /**
   * Has tokens bound to a key that only this browser has (DPoP, RFC 9449): stolen ones are of no use anywhere else. The key is made at
   * the first login, cannot be exported, and is kept in IndexedDB; a session whose key is gone ends with `key_lost`. The provider has to
   * issue tokens of the type DPoP: any other is refused. Default `false`.
   */
  readonly dpop?: boolean | undefined
}

interface OpenIdProvider {
  /** The provider's issuer identifier (OpenID Connect Discovery §4.3). https, or http on localhost. */
  readonly issuer: string
  /** Taken instead of the provider's metadata. */
  readonly endpoints?: AuthorizationEndpoints | undefined
  /**
   * `'verified'`: an ID token counts only with the signature of one of the provider's keys. `'unchecked'`: nobody looks who signed it,
   * and nothing but TLS to the token endpoint vouches for it, which OpenID Connect Core §3.1.3.7 (6) allows. Only for a provider whose
   * keys cannot be fetched from a page. Default `'verified'`.
   */
  readonly idTokenSignature?: 'verified' | 'unchecked' | undefined
  /**
   * Asks UserInfo (OpenID Connect Core §5.3) at each login: its claims join those of the ID token in `user`, whose own go first. A
   * login fails when it does not answer, or answers for another person. Needs the scope `openid`. Default `false`.
   */
  readonly userInfo?: boolean | undefined
}

/** Without an issuer there is no OpenID: no `openid` scope, no nonce, no ID token. */
interface OAuthProvider {
  readonly issuer?: undefined
  readonly endpoints: AuthorizationEndpoints
  readonly idTokenSignature?: undefined
  readonly userInfo?: undefined
}

/** Options of `authorizationCode`: a client, and a provider by its `issuer`, its `endpoints`, or both. */
export type AuthorizationCodeOptions<Fields = unknown> = ClientOptions<Fields> & (OpenIdProvider | OAuthProvider)

/** What a login may ask for. */
export interface AuthorizationCodeInput {
  /** Where to go afterwards: an address of this app. Default: the current one. Of no effect in a popup: this page stays. */
  readonly returnTo?: string | undefined
  /** Asks the provider to sign in afresh, to ask for consent, or to offer accounts (OpenID Connect Core §3.1.2.1). */
  readonly prompt?: 'login' | 'consent' | 'select_account' | 'none' | undefined
  /** Fills in the provider's form. */
  readonly loginHint?: string | undefined
  /**
   * The person must have signed in at the provider no longer ago than this, or signs in again; the ID token has to say so. Cut to
   * whole seconds. Needs the scope `openid`.
   */
  readonly maxAgeMs?: number | undefined
  /** Asks for ways to sign in, the best first, separated by spaces. Providers may ignore it. */
  readonly acrValues?: string | undefined
  /** Sent with this authorization request, over those of the option. */
  readonly parameters?: ExtraParameters | undefined
  /** Default: the option's. */
  readonly presentation?: Presentation | undefined
}

/** {@link AuthorizationCodeOptions}, checked and complete. */
export interface CheckedAuthorizationCodeOptions<Fields> extends Pick<AnswerOptions<Fields>, 'lifetime' | 'fields'> {
  readonly issuer: string | undefined
  readonly endpoints: AuthorizationEndpoints | undefined
  readonly clientId: string
  readonly redirectUri: string
  readonly scope: readonly string[]
  readonly postLogoutRedirectUri: string | undefined
  readonly idTokenHint: boolean
  readonly resource: readonly string[] | undefined
  readonly parameters: ExtraParameters
  readonly presentation: Presentation
  readonly popupTimeoutMs: number
  readonly idTokenSignature: 'verified' | 'unchecked'
  readonly userInfo: boolean
  readonly dpop: boolean
}

const names = [
  'issuer', 'endpoints', 'clientId', 'redirectUri', 'scope', 'postLogoutRedirectUri', 'idTokenHint', 'resource', 'parameters', 'presentation',
  'popupTimeoutMs', 'lifetime', 'fields', 'idTokenSignature', 'userInfo', 'dpop',
] as const // prettier-ignore

const endpointNames = ['authorization', 'token', 'revocation', 'endSession', 'pushedAuthorizationRequest', 'jwks', 'userInfo'] as const

/** @throws AuthError `invalid_config`, naming the option. */
export function checkAuthorizationCodeOptions<Fields>(options: AuthorizationCodeOptions<Fields>): CheckedAuthorizationCodeOptions<Fields> {
  const checked = checkOptions(options, 'authorizationCode', names)
  const { issuer, redirectUri = '/callback', postLogoutRedirectUri, presentation = 'redirect', popupTimeoutMs = 300_000, dpop = false, idTokenHint = true } = checked
  const endpoints = checked.endpoints === undefined ? undefined : checkEndpoints(checked.endpoints)
  // RFC 8414 §2: an issuer has neither query nor fragment.
  if ((issuer !== undefined || endpoints === undefined) && checkSecureUrl(issuer, 'issuer').search !== '') {
    throw configError('issuer', 'an issuer has no query.')
  }
  checkPathOrUrl(redirectUri, 'redirectUri')
  if (postLogoutRedirectUri !== undefined) checkPathOrUrl(postLogoutRedirectUri, 'postLogoutRedirectUri')
  checkTokenLifetime(checked.lifetime)
  checkFieldsSchema(checked.fields)
  if (typeof dpop !== 'boolean') throw configError('dpop', 'expected true or false.')
  if (typeof idTokenHint !== 'boolean') throw configError('idTokenHint', 'expected true or false.')
  const scope = checkScope(checked.scope, issuer !== undefined)
  return {
    ...checked,
    issuer,
    endpoints,
    clientId: checkText(checked.clientId, 'clientId'),
    redirectUri,
    scope,
    ...checkOpenId(checked, scope),
    postLogoutRedirectUri,
    idTokenHint,
    resource: checkResource(checked.resource),
    parameters: checkExtraParameters(checked.parameters, (problem) => configError('parameters', problem)),
    presentation: checkPresentation(presentation, (problem) => configError('presentation', problem)),
    popupTimeoutMs: checkDurationMs(popupTimeoutMs, 'popupTimeoutMs'),
    dpop,
  }
}

/** @param refuse Makes the error that is thrown for anything else. */
export function checkPresentation(value: Presentation, refuse: (problem: string) => AuthError): Presentation {
  if (['redirect', 'popup', 'popup_or_redirect'].includes(value)) return value
  throw refuse("expected 'redirect', 'popup' or 'popup_or_redirect'.")
}

function checkEndpoints(value: AuthorizationEndpoints): AuthorizationEndpoints {
  const endpoints = checkOptions(value, 'endpoints', endpointNames)
  for (const name of endpointNames) {
    const isNeeded = name === 'authorization' || name === 'token'
    if (isNeeded || endpoints[name] !== undefined) checkSecureUrl(endpoints[name], `endpoints.${name}`)
  }
  return endpoints
}

function checkScope(value: string | undefined, isOpenId: boolean): readonly string[] {
  if (value === undefined) return isOpenId ? ['openid', 'profile', 'email'] : []
  const scope = checkText(value, 'scope').split(/\s+/)
  if (!isOpenId && scope.includes('openid')) throw configError('scope', 'openid needs an issuer: its ID token has to be checked against one.')
  return scope
}

/** What only makes sense of an ID token. */
function checkOpenId(
  { endpoints, idTokenSignature = 'verified', userInfo = false }: Pick<OpenIdProvider, 'endpoints' | 'idTokenSignature' | 'userInfo'>,
  scope: readonly string[],
): Pick<CheckedAuthorizationCodeOptions<unknown>, 'idTokenSignature' | 'userInfo'> {
  if (idTokenSignature !== 'verified' && idTokenSignature !== 'unchecked') throw configError('idTokenSignature', "expected 'verified' or 'unchecked'.")
  if (typeof userInfo !== 'boolean') throw configError('userInfo', 'expected true or false.')
  const isOpenId = scope.includes('openid')
  if (userInfo && !isOpenId) throw configError('userInfo', 'it needs the scope openid: the ID token says whose information it has to be.')
  if (userInfo && endpoints !== undefined && endpoints.userInfo === undefined) throw configError('endpoints.userInfo', 'userInfo needs it.')
  if (isOpenId && idTokenSignature === 'verified' && endpoints !== undefined && endpoints.jwks === undefined) {
    throw configError('endpoints.jwks', "without the provider's keys no signature can be verified. Name them, or set idTokenSignature to 'unchecked'.")
  }
  return { idTokenSignature, userInfo }
}

/** RFC 8707 §2. */
function checkResource(value: string | readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  const resources: unknown = typeof value === 'string' ? [value] : value
  if (!Array.isArray(resources) || resources.length === 0) throw configError('resource', 'expected absolute URIs.')
  return resources.map((uri) => {
    const text = checkText(uri, 'resource')
    if (!URL.canParse(text) || text.includes('#')) throw configError('resource', 'expected absolute URIs without a fragment.')
    return text
  })
}
