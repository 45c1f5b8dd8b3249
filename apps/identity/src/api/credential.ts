import type { Context } from 'hono'
import { knownScopes, type ApiScope } from '../scopes.ts'
import { userBySub } from '../users.ts'
import type { Principal } from './principal.ts'
import { problem, type Result } from './result.ts'

/** What proves who sends a request, and how each is called in a sentence. */
const kinds = {
  accessToken: { name: 'access token', scheme: 'Bearer' },
  boundToken: { name: 'access token', scheme: 'DPoP' },
  sessionToken: { name: 'session token', scheme: 'Bearer' },
  apiKey: { name: 'API key', scheme: 'ApiKey' },
  // Cookies have no authentication scheme, so nothing can challenge for them.
  appSession: { name: 'session', scheme: undefined },
} as const

/** A credential that was accepted. */
export interface Credential {
  readonly kind: keyof typeof kinds
  readonly principal: Principal
  /** How and when the person signed in, where the credential tells (RFC 9470 §6). */
  readonly signIn?: { readonly acr: unknown; readonly at: number }
  /** Ends the credential. Left out where nothing keeps count of it. */
  readonly revoke?: () => void
}

/** Looks for one kind of credential in a request; `undefined` when it is not there, a result when it is no good. */
export type CredentialCheck = (c: Context) => Promise<Credential | Result | undefined>

/** Whether a check accepted what it found. */
export function isCredential(checked: Credential | Result): checked is Credential {
  return 'principal' in checked
}

/** Refuses a request without a credential, in the words of its scheme (RFC 6750 §3). */
export function missingCredential(): Result {
  return { ...problem(401, 'unauthorized', 'An access token is needed.'), challenge: 'Bearer realm="tessera"' }
}

/** Refuses a credential that lacks one of these scopes (RFC 6750 §3.1). `undefined` when it has them all. */
export function lackingScope({ kind, principal }: Credential, wanted: readonly ApiScope[]): Result | undefined {
  const missing = knownScopes.filter((scope) => wanted.includes(scope) && !principal.scopes.includes(scope)).join(' ')
  if (missing === '') return undefined
  const challenge = challengeFor(kind, `error="insufficient_scope", scope="${missing}"`)
  return { ...problem(403, 'insufficient_scope', `The ${kinds[kind].name} lacks ${missing}.`), challenge }
}

/** Refuses a credential whose person signed in in another way, or longer ago than so many seconds (RFC 9470 §3). */
export function lackingSignIn({ kind, signIn }: Credential, acr: string, maxAgeSeconds: number): Result | undefined {
  if (signIn?.acr === acr && Date.now() - signIn.at <= maxAgeSeconds * 1000) return undefined
  const challenge = challengeFor(kind, `error="insufficient_user_authentication", acr_values="${acr}", max_age="${maxAgeSeconds}"`)
  return { ...problem(401, 'insufficient_user_authentication', 'This needs a sign-in of just now.'), challenge }
}

/** In the scheme of what was sent (RFC 9449 §7.1), so that the same kind is sent again. */
function challengeFor(kind: Credential['kind'], details: string): string | undefined {
  const { scheme } = kinds[kind]
  return scheme === undefined ? undefined : `${scheme} realm="tessera", ${details}`
}

/** Refuses a credential of another kind than these, or one that stands for no person. */
export function notOfUser({ kind, principal }: Credential, allowed: readonly Credential['kind'][]): Result | undefined {
  if (!allowed.includes(kind)) return accessDenied(`This cannot be done with the ${kinds[kind].name} of the request.`)
  return userBySub(principal.subject) === undefined ? accessDenied('This is for people only.') : undefined
}

function accessDenied(description: string): Result {
  return problem(403, 'access_denied', description)
}
