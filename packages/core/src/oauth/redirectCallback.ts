import { configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import type { Session } from '../session/session.ts'
import type { Callback, CallbackOfStepUp, ForeignCallback } from './callback.ts'
import { safeReturnTo } from './returnTo.ts'
import { findTransaction, longestLoginMs, popupPrefix, spendTransaction, type Transaction } from './transaction.ts'

/** What a method that signs in by redirect gives to have its callbacks read. */
export interface RedirectCallbackOptions<User> {
  readonly redirectUri: URL
  readonly ctx: MethodContext
  /** Makes a session of a callback. Its transaction was found, is spent in the storage, and is not too old. */
  readonly complete: (url: URL, transaction: Transaction, ctx: MethodContext) => Promise<Session<User>>
  /** Offers the address to the window that opened this one, of whose login it is; gives whether it was taken. Absent: no popups. */
  readonly handOver?: (url: URL, state: string) => Promise<boolean>
  /** What to do about a step-up of these terms. Absent: there are none. */
  readonly stepUp?: (terms: string) => CallbackOfStepUp
}

/** Parameters of an authorization response (RFC 6749 §4.1.2, RFC 9207, OpenID Connect Session Management), and tokens, which are refused. */
const responseParameters = ['code', 'state', 'iss', 'session_state', 'error', 'error_description', 'error_uri', 'access_token', 'id_token', 'response']

/**
 * Reads an address that may be a callback: looks its state up before anything else in it is believed, and changes nothing.
 *
 * @returns `null`: not a callback to this redirect URI.
 */
export function readRedirectCallback<User>(url: URL, options: RedirectCallbackOptions<User>): Callback<User> | null {
  const { redirectUri, ctx, complete, handOver, stepUp } = options
  const state = url.searchParams.get('state')
  if (url.origin !== redirectUri.origin || url.pathname !== redirectUri.pathname) return null
  if (!url.searchParams.has('code') && !url.searchParams.has('error') && state === null) return null
  const transaction = findTransaction(ctx.scratch, state)
  if (transaction === null) {
    const unknown = foreign(new AuthError('transaction_not_found', 'This tab did not start this sign-in: sign in again.'))
    if (handOver === undefined || state?.startsWith(popupPrefix) !== true) return unknown
    return { ...unknown, type: 'of_opener', state, cleanUrl: cleanUrl(url), handOver: () => handOver(url, state) }
  }
  const mismatch = issuerMismatch(url, transaction)
  if (mismatch !== null) return foreign(mismatch)
  const known = { state: transaction.state, cleanUrl: cleanUrl(url), returnTo: returnToIn(redirectUri, transaction.returnTo) }
  if (transaction.spent) return { type: 'used', ...known }
  const spendAndComplete = async (loginCtx: MethodContext): Promise<Session<User>> => {
    spendTransaction(ctx.scratch, transaction)
    if (ctx.now() - transaction.createdAt > longestLoginMs) throw new AuthError('transaction_expired', 'The sign-in took more than an hour: sign in again.')
    return complete(url, transaction, loginCtx)
  }
  return { type: 'pending', ...known, complete: spendAndComplete, stepUp: transaction.stepUp === undefined ? undefined : stepUp?.(transaction.stepUp) }
}

/** Where a login goes afterwards: an address of this app, but not the callback page itself. */
export function returnToIn(redirectUri: URL, returnTo: unknown): string {
  return safeReturnTo(returnTo, redirectUri.href, [redirectUri.pathname])
}

/**
 * Resolves a path or URL that must be of this app's own origin: only when it is used, as at construction there may be no page.
 *
 * @throws AuthError `invalid_config` naming the option, or `unsupported_request` where there is no page.
 */
export function onThisOrigin(uri: string, ctx: MethodContext, option: string): URL {
  const page = ctx.page.href()
  // Of a page like `about:srcdoc` or `blob:…` no other address can be told.
  if (page === null || !URL.canParse(uri, page)) throw new AuthError('unsupported_request', 'There is no page here to sign in from and to come back to.')
  const url = new URL(uri, page)
  if (url.origin !== new URL(page).origin) throw configError(option, `it must be on this app's own origin, ${new URL(page).origin}.`)
  return url
}

/** RFC 9207 §2.4: plain string comparison, before the transaction is spent or the code leaves. */
function issuerMismatch(url: URL, { issuer, requiresIssuer }: Transaction): AuthError | null {
  const named = url.searchParams.get('iss')
  if (named === null ? !requiresIssuer : named === issuer) return null
  const problem = issuer === null ? 'names an issuer and none is configured: give the method its `issuer`' : 'does not come from the provider that was asked, perhaps by an attack: sign in again, or check `issuer`'
  return new AuthError('issuer_mismatch', `The answer ${problem}.`)
}

function foreign(error: AuthError): ForeignCallback {
  return { type: 'foreign', error, returnTo: '/' }
}

/** The address without the provider's answer, so that neither a reload nor a `Referer` shows the code again. */
function cleanUrl(url: URL): string {
  const clean = new URL(url)
  for (const name of responseParameters) clean.searchParams.delete(name)
  clean.hash = ''
  return clean.href
}
