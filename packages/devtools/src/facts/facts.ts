import type { AuthCore, AuthState, Finding, LastSignOut, RefreshStatus, TokenManager } from '@tessera-auth/core'
import { mask, masked, secretsOf } from './mask.ts'

/** What the devtools ask of an auth. Its methods and their users may be any. */
export type DevtoolsAuth = Pick<AuthCore<unknown>, 'name' | 'store' | 'refreshStore' | 'inspect' | 'lastSignOut' | 'diagnose'> & {
  readonly tokens: Pick<TokenManager, 'current' | 'status' | 'clear'>
}

/** Somebody who is signed in, as the panel may show it. */
export interface SessionFacts {
  readonly method: string
  readonly scopes: readonly string[]
  /** Name and text of each, as the store of the app shows them. */
  readonly claims: readonly (readonly [string, string])[]
}

/** How refreshing is going, as the panel may show it. */
export interface RefreshFacts extends Omit<RefreshStatus, 'error'> {
  /** Why the last attempt failed. */
  readonly code: string | null
}

/** All that components of the panel know of an auth, with {@link RefreshFacts}: no token, no message of an error, no secret in whatever it is. */
export interface Facts {
  readonly status: AuthState['status']
  /** Name of the method whose login is under way. */
  readonly pending: string | null
  /** Of the error that the app shows. */
  readonly code: string | null
  /** `null`: nobody is signed in. */
  readonly session: SessionFacts | null
  readonly lastSignOut: LastSignOut | null
}

/** The one place where the devtools read an auth. Asks for nothing that would make it start. */
export function factsOf({ store, tokens, lastSignOut }: DevtoolsAuth): Facts {
  const state = store.getState()
  const { status, pending, error } = state
  const secrets = secretsOf(tokens.current?.tokens)
  const session = state.status !== 'authenticated' ? null : {
    method: state.method,
    scopes: [...new Set(state.scope.map((scope) => mask(scope, secrets)))],
    claims: claimsOf(state.user, secrets),
  }
  return { status, pending, code: error?.code ?? null, session, lastSignOut }
}

/** The same for what changes with every moment. */
export function refreshFactsOf({ tokens }: DevtoolsAuth): RefreshFacts {
  const { phase, receivedAt, expiresAt, refreshAt, error } = tokens.status
  return { phase, receivedAt, expiresAt, refreshAt, code: error?.code ?? null }
}

/** What the auth finds wrong. Methods of the app's own may find something, too, and say more than they should. */
export async function findingsOf({ diagnose, tokens }: DevtoolsAuth): Promise<readonly Finding[]> {
  const found = await diagnose()
  const secrets = secretsOf(tokens.current?.tokens)
  return found.map((finding) => ({ ...finding, message: mask(finding.message, secrets), cure: mask(finding.cure, secrets) }))
}

const longestClaim = 400

/** Claims that a method of the app's own should not have put there. */
const secretName = /token|secret|passw|api_?key|jwt|bearer|credential/i

function claimsOf(user: unknown, secrets: readonly string[]): SessionFacts['claims'] {
  const isNamed = typeof user === 'object' && user !== null && !Array.isArray(user)
  const claims = Object.entries(isNamed ? user : { user }).map(([name, value]): readonly [string, string] => [
    mask(name, secrets),
    secretName.test(name) ? masked : mask(textOf(value), secrets).slice(0, longestClaim),
  ])
  return [...new Map(claims)]
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value, (name, member: unknown) => (secretName.test(name) ? masked : member)) ?? '–'
  } catch {
    return '–'
  }
}
