import { checkOptions, checkPathOrUrl, checkSecureUrl, checkText, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { createCallbackHandler, type Callback } from '../oauth/callback.ts'
import type * as CodeFlowModule from '../oauth/codeFlow.ts'
import type { CodeFlow } from '../oauth/codeFlow.ts'
import { safeReturnTo } from '../oauth/returnTo.ts'
import { findTransaction, maxAgeMs, spendTransaction, type Transaction } from '../oauth/transaction.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { leavingPage, type AuthMethod, type MethodContext } from './method.ts'

/** Options of {@link authorizationCode}. */
export interface AuthorizationCodeOptions {
  /** The provider's issuer identifier (OpenID Connect Discovery §4.3). https, or http on localhost. */
  readonly issuer: string
  /** Of a public client: one without a secret, for which the provider accepts PKCE. */
  readonly clientId: string
  /** Where the provider sends people back: a path or URL of this app's own origin, registered with the provider. Default `/callback`. */
  readonly redirectUri?: string | undefined
  /** Scopes, separated by spaces. Default `openid profile email`. Many providers give a refresh token only with `offline_access`. */
  readonly scope?: string | undefined
  /**
   * Where to come back after sign-out: a path or URL of this app's own origin, registered with the provider. When given, `logout()`
   * also ends the session at the provider (RP-Initiated Logout 1.0). Without it only this app's tokens are revoked.
   */
  readonly postLogoutRedirectUri?: string | undefined
}

/** What a login may ask for. */
export interface AuthorizationCodeInput {
  /** Where to go afterwards: an address of this app. Default: the current one. */
  readonly returnTo?: string | undefined
  /** Asks the provider to sign in afresh, to ask for consent, or to offer accounts (OpenID Connect Core §3.1.2.1). */
  readonly prompt?: 'login' | 'consent' | 'select_account' | 'none' | undefined
  /** Fills in the provider's form. */
  readonly loginHint?: string | undefined
}

/** The protocol's code, a chunk of its own: nothing of it is needed to start an app. */
async function protocol(): Promise<typeof CodeFlowModule> {
  try {
    return await import('../oauth/codeFlow.ts')
  } catch (cause) {
    throw new AuthError('network', 'A part of the app could not be loaded: offline, or replaced by a newer version.', { cause })
  }
}

/** Parameters of an authorization response (RFC 6749 §4.1.2, RFC 9207, OpenID Connect Session Management). */
const responseParameters = ['code', 'state', 'iss', 'session_state', 'error', 'error_description', 'error_uri']

/**
 * Signs in at an OAuth 2.0 or OpenID Connect provider by authorization code with PKCE, by redirect
 * (RFC 6749 §4.1, RFC 7636, RFC 9207, RFC 9700). Its protocol code is loaded when first needed.
 *
 * @example
 * createAuth({ method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }) })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function authorizationCode(options: AuthorizationCodeOptions): AuthMethod<AuthorizationCodeInput | void, Claims> {
  const checked = checkOptions(options, 'authorizationCode', ['issuer', 'clientId', 'redirectUri', 'scope', 'postLogoutRedirectUri'])
  const { issuer, redirectUri = '/callback', scope = 'openid profile email', postLogoutRedirectUri } = checked
  // RFC 8414 §2: an issuer has neither query nor fragment.
  if (checkSecureUrl(issuer, 'issuer').search !== '') throw configError('issuer', 'an issuer has no query.')
  const clientId = checkText(checked.clientId, 'clientId')
  checkPathOrUrl(redirectUri, 'redirectUri')
  if (postLogoutRedirectUri !== undefined) checkPathOrUrl(postLogoutRedirectUri, 'postLogoutRedirectUri')
  const scopes = checkText(scope, 'scope').split(' ')
  /** Addresses are resolved when they are used: at construction there may be no page. */
  const flowIn = (ctx: MethodContext): CodeFlow => ({
    issuer,
    clientId,
    scope: scopes,
    redirectUri: onThisOrigin(redirectUri, ctx, 'redirectUri'),
    postLogoutRedirectUri: postLogoutRedirectUri === undefined ? undefined : onThisOrigin(postLogoutRedirectUri, ctx, 'postLogoutRedirectUri'),
    ctx,
  })

  return {
    name: 'authorizationCode',
    async login(input, ctx) {
      if (!ctx.isSecureContext()) {
        throw new AuthError('insecure_context', 'PKCE needs crypto.subtle: use https or localhost.')
      }
      const flow = flowIn(ctx)
      const { returnTo = ctx.page.href(), prompt, loginHint } = input ?? {}
      const target = safeReturnTo(returnTo, flow.redirectUri.href, [flow.redirectUri.pathname])
      const { beginLogin } = await protocol()
      ctx.page.assign(await beginLogin(flow, target, { prompt, login_hint: loginHint }))
      return leavingPage
    },
    // A tab may outlive the version of the app that it was loaded from, and the chunk with it.
    prepare: () => void protocol().catch(() => {}),
    callback: (host) => createCallbackHandler((url, ctx) => readCallback(url, flowIn(ctx)), host),
    async refresh(session, ctx) {
      const { refreshLogin } = await protocol()
      return refreshLogin(flowIn(ctx), session)
    },
    async logout(session, ctx) {
      const { endLogin } = await protocol()
      return endLogin(flowIn(ctx), session)
    },
  }
}

/** Looks the state up before anything else in the address is believed. */
function readCallback(url: URL, flow: CodeFlow): Callback<Claims> | null {
  const { redirectUri, ctx } = flow
  const state = url.searchParams.get('state')
  if (url.origin !== redirectUri.origin || url.pathname !== redirectUri.pathname) return null
  if (!url.searchParams.has('code') && !url.searchParams.has('error') && state === null) return null
  const transaction = state === null ? null : findTransaction(ctx.scratch, state)
  if (state === null || transaction === null) {
    return foreign(new AuthError('transaction_not_found', 'This tab did not start this sign-in: sign in again.'))
  }
  const mismatch = issuerMismatch(url, transaction)
  if (mismatch !== null) return foreign(mismatch)
  const returnTo = safeReturnTo(transaction.returnTo, redirectUri.href, [redirectUri.pathname])
  const known = { state, cleanUrl: cleanUrl(url), returnTo }
  if (transaction.spent) return { type: 'used', ...known }
  const complete = async (): Promise<Session<Claims>> => {
    spendTransaction(ctx.scratch, transaction)
    if (ctx.now() - transaction.createdAt > maxAgeMs) throw new AuthError('transaction_expired', 'The sign-in took too long: sign in again.')
    const { completeLogin } = await protocol()
    return completeLogin(flow, url, transaction)
  }
  return { type: 'pending', ...known, complete }
}

/** RFC 9207 §2.4: plain string comparison, before the transaction is spent or the code leaves. */
function issuerMismatch(url: URL, { issuer, requiresIssuer }: Transaction): AuthError | null {
  const named = url.searchParams.get('iss')
  const isRight = named === null ? !requiresIssuer : named === issuer
  return isRight ? null : new AuthError('issuer_mismatch', 'The answer does not come from the provider that was asked.')
}

function foreign(error: AuthError): Callback<Claims> {
  return { type: 'foreign', error, returnTo: '/' }
}

/** The address without the provider's answer, so that neither a reload nor a `Referer` shows the code again. */
function cleanUrl(url: URL): string {
  const clean = new URL(url)
  for (const name of responseParameters) clean.searchParams.delete(name)
  clean.hash = ''
  return clean.href
}

function onThisOrigin(uri: string, ctx: MethodContext, option: string): URL {
  const page = ctx.page.href()
  if (page === null) throw new AuthError('unsupported_request', 'authorizationCode needs a page: it signs in by redirect.')
  const url = new URL(uri, page)
  if (url.origin !== new URL(page).origin) throw configError(option, `it must be on this app's own origin, ${new URL(page).origin}.`)
  return url
}
