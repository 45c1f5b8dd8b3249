import { sha256 } from '../browser/sha256.ts'
import type { PageStorage } from '../browser/storage.ts'
import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import { toForm, type Parameters } from './toForm.ts'
import { longestLoginMs, prefix, readTransaction, type Transaction } from './transaction.ts'

/** A login that is about to leave for a provider. */
export interface Departure extends Pick<Transaction, 'issuer' | 'requiresIssuer' | 'returnTo' | 'maxAgeMs' | 'stepUp'> {
  readonly clientId: string
  readonly redirectUri: URL
  /** Sent with spaces between; none: the parameter is left out. */
  readonly scope: readonly string[]
  /** Begins the state. Default: nothing. */
  readonly statePrefix?: string
}

/** A login that was begun: to be kept before the page leaves, and the parameters to leave with. */
export interface BegunTransaction {
  readonly transaction: Transaction
  readonly parameters: Parameters
}

/** Logins that may be pending in one tab. */
const maxCount = 10

/** Begins a login by authorization code with PKCE S256 and a random state (RFC 6749 §4.1.1, RFC 7636 §4.3). Keeps nothing yet. */
export async function beginTransaction(departure: Departure, ctx: MethodContext): Promise<BegunTransaction> {
  const { clientId, redirectUri, scope, issuer, requiresIssuer, returnTo, maxAgeMs, stepUp, statePrefix = '' } = departure
  const [state, nonce, verifier] = [statePrefix + ctx.random(), ctx.random(), ctx.random()]
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri.href,
    scope: scope.length === 0 ? undefined : scope.join(' '),
    state,
    code_challenge: await sha256(verifier),
    code_challenge_method: 'S256',
  }
  return { parameters, transaction: { state, nonce, verifier, issuer, requiresIssuer, returnTo, maxAgeMs, stepUp, createdAt: ctx.now(), spent: false } }
}

/** How fast nobody signs in {@link maxCount} times and comes back from it. */
const soonMs = 60_000

/**
 * Keeps a transaction, and lets the oldest go when there are too many.
 *
 * @throws AuthError `redirect_loop` when as many were begun within a minute, and came back: an app signs in by itself, in vain.
 */
export function keepTransaction(scratch: PageStorage, transaction: Transaction): void {
  const others = readAll(scratch, transaction.createdAt).sort((a, b) => b.createdAt - a.createdAt)
  const isRound = others.filter(({ spent, createdAt }) => spent && transaction.createdAt - createdAt < soonMs).length >= maxCount
  if (isRound) throw new AuthError('redirect_loop', `${maxCount} sign-ins came back within a minute, and were not enough: why does this app begin another?`)
  for (const { state } of others.slice(maxCount - 1)) scratch.removeItem(prefix + state)
  scratch.setItem(prefix + transaction.state, JSON.stringify(transaction))
}

/** All transactions of this tab that are not too old; removes the others. */
function readAll(scratch: PageStorage, nowAt: number): Transaction[] {
  const kept: Transaction[] = []
  for (const key of scratch.keys()) {
    if (!key.startsWith(prefix)) continue
    const transaction = readTransaction(scratch.getItem(key), key.slice(prefix.length))
    if (transaction !== null && nowAt - transaction.createdAt < longestLoginMs) kept.push(transaction)
    else scratch.removeItem(key)
  }
  return kept
}

/** An endpoint with query parameters: those given replace its own of the same name. */
export function withParameters(endpoint: string, parameters: Parameters): string {
  const url = new URL(endpoint)
  for (const name of Object.keys(parameters)) if (parameters[name] !== undefined) url.searchParams.delete(name)
  for (const [name, value] of toForm(parameters)) url.searchParams.append(name, value)
  return url.href
}
