import { apiScopes, splitScope, type ApiScope } from '../scopes.ts'
import type { OauthClient, PartnerClient, PublicClient } from './oauthClients.ts'
import { readParameters, type RequestParameters } from './readParameters.ts'

/** A client that people can sign in for. */
type UserClient = PublicClient | PartnerClient

/** Where an authorization request is answered to. */
export interface ReturnAddress {
  readonly client: UserClient
  /** Comes back as it was sent, if it was. */
  readonly state: string | undefined
}

/** A valid authorization request (RFC 6749 §4.1.1). */
export interface AuthorizationRequest extends ReturnAddress {
  readonly scopes: readonly ApiScope[]
  /** S256 challenge of PKCE (RFC 7636 §4.3). */
  readonly challenge: string | undefined
}

/** An error of an authorization request. */
export interface AuthorizationError {
  readonly error: string
  readonly description: string
}

/** What an authorization request came to; without a return address, the error must not leave this server. */
export type AuthorizationReading =
  | { readonly request: AuthorizationRequest }
  | (AuthorizationError & { readonly returnTo: ReturnAddress | undefined })

/**
 * Checks an authorization request (RFC 6749 §4.1.2.1). A public client must name its redirect URI and use PKCE with
 * S256; a partner needs to send no more than its client id.
 */
export function readAuthorizationRequest(
  query: URLSearchParams,
  clients: readonly OauthClient[],
): AuthorizationReading {
  const parameters = readParameters(query)
  const client = clients.find(({ id }) => id === parameters.values.get('client_id'))
  if (client === undefined || client.kind === 'machine') {
    return { ...invalid('client_id names no client that people can sign in for.'), returnTo: undefined }
  }
  if (!isRedirectUriRight(parameters, client)) {
    return { ...invalid('redirect_uri is not the one that is registered.'), returnTo: undefined }
  }
  const returnTo = { client, state: parameters.values.get('state') }
  const problem = problemOf(parameters, client)
  if (problem !== undefined) return { ...problem, returnTo }
  const requested = splitScope(parameters.values.get('scope') ?? '')
  const scopes = apiScopes.filter((scope) => requested.length === 0 || requested.includes(scope))
  return { request: { ...returnTo, scopes, challenge: parameters.values.get('code_challenge') } }
}

/** Compared as text, without any equivalence (RFC 9700 §2.1). */
function isRedirectUriRight({ values, repeated }: RequestParameters, { kind, redirectUri }: UserClient): boolean {
  const given = values.get('redirect_uri')
  if (given === undefined) return kind === 'partner' && !repeated.has('redirect_uri')
  return given === redirectUri
}

function problemOf({ values, repeated }: RequestParameters, { kind }: UserClient): AuthorizationError | undefined {
  if (repeated.size > 0) return invalid('A parameter was sent twice.')
  const responseType = values.get('response_type') ?? (kind === 'partner' ? 'code' : undefined)
  if (responseType === undefined) return invalid('response_type is missing.')
  if (responseType !== 'code') {
    return { error: 'unsupported_response_type', description: 'response_type must be code.' }
  }
  if (!splitScope(values.get('scope') ?? '').every(isApiScope)) {
    return { error: 'invalid_scope', description: `scope may have ${apiScopes.join(' and ')} only.` }
  }
  return pkceProblem(values, kind === 'public')
}

function isApiScope(value: string): boolean {
  return apiScopes.some((scope) => scope === value)
}

function pkceProblem(values: RequestParameters['values'], isNeeded: boolean): AuthorizationError | undefined {
  const challenge = values.get('code_challenge')
  const method = values.get('code_challenge_method')
  if (challenge === undefined) {
    return isNeeded || method !== undefined ? invalid('A public client must send a code_challenge.') : undefined
  }
  if (method !== 'S256') return invalid('code_challenge_method must be S256.')
  return /^[\w-]{43}$/.test(challenge) ? undefined : invalid('code_challenge must be 43 characters of base64url.')
}

function invalid(description: string): AuthorizationError {
  return { error: 'invalid_request', description }
}
