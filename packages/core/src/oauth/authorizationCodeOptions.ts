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
  /** Whom the access token is for (RFC 8707): absolute URIs without a fragment. */
  readonly resource?: string | readonly string[] | undefined
  /** Sent with every authorization request: what the provider knows beyond the standards, such as `audience`. */
  readonly parameters?: ExtraParameters | undefined
  /** Default `redirect`. */
  readonly presentation?: Presentation | undefined
  /** How long to wait for a popup. Default 300 000: five minutes. */
  readonly popupTimeoutMs?: number | undefined
}

interface OpenIdProvider {
  /** The provider's issuer identifier (OpenID Connect Discovery §4.3). https, or http on localhost. */
  readonly issuer: string
  /** Taken instead of the provider's metadata. */
  readonly endpoints?: AuthorizationEndpoints | undefined
}

/** Without an issuer there is no OpenID: no `openid` scope, no nonce, no ID token. */
interface OAuthProvider {
  readonly issuer?: undefined
  readonly endpoints: AuthorizationEndpoints
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
  readonly resource: readonly string[] | undefined
  readonly parameters: ExtraParameters
  readonly presentation: Presentation
  readonly popupTimeoutMs: number
}

const names = [
  'issuer', 'endpoints', 'clientId', 'redirectUri', 'scope', 'postLogoutRedirectUri', 'resource', 'parameters', 'presentation',
  'popupTimeoutMs', 'lifetime', 'fields',
] as const // prettier-ignore

const endpointNames = ['authorization', 'token', 'revocation', 'endSession', 'pushedAuthorizationRequest'] as const

/** @throws AuthError `invalid_config`, naming the option. */
export function checkAuthorizationCodeOptions<Fields>(options: AuthorizationCodeOptions<Fields>): CheckedAuthorizationCodeOptions<Fields> {
  const checked = checkOptions(options, 'authorizationCode', names)
  const { issuer, redirectUri = '/callback', postLogoutRedirectUri, presentation = 'redirect', popupTimeoutMs = 300_000 } = checked
  const endpoints = checked.endpoints === undefined ? undefined : checkEndpoints(checked.endpoints)
  // RFC 8414 §2: an issuer has neither query nor fragment.
  if ((issuer !== undefined || endpoints === undefined) && checkSecureUrl(issuer, 'issuer').search !== '') {
    throw configError('issuer', 'an issuer has no query.')
  }
  checkPathOrUrl(redirectUri, 'redirectUri')
  if (postLogoutRedirectUri !== undefined) checkPathOrUrl(postLogoutRedirectUri, 'postLogoutRedirectUri')
  checkTokenLifetime(checked.lifetime)
  checkFieldsSchema(checked.fields)
  return {
    ...checked,
    issuer,
    endpoints,
    clientId: checkText(checked.clientId, 'clientId'),
    redirectUri,
    scope: checkScope(checked.scope, issuer !== undefined),
    postLogoutRedirectUri,
    resource: checkResource(checked.resource),
    parameters: checkExtraParameters(checked.parameters, (problem) => configError('parameters', problem)),
    presentation: checkPresentation(presentation, (problem) => configError('presentation', problem)),
    popupTimeoutMs: checkDurationMs(popupTimeoutMs, 'popupTimeoutMs'),
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
  const scope = checkText(value, 'scope').split(' ')
  if (!isOpenId && scope.includes('openid')) throw configError('scope', 'openid needs an issuer: its ID token has to be checked against one.')
  return scope
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
