import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { issuer, type Provider } from './provider.ts'
import type { Answer } from './world.ts'

/** A proof of possession whose signature is right. */
export interface Proof {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
  readonly jkt: string
}

/** Reads the `DPoP` header of a request, and verifies it with the key that is in it (RFC 9449 §4.3). */
export async function proofOf(request: Request): Promise<Proof> {
  const proof = request.headers.get('dpop') ?? ''
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] })
  return { header: { ...protectedHeader }, payload, jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) }
}

/** As an access token's hash is in a proof. */
export async function hashOf(accessToken: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(accessToken))).toString('base64url')
}

/** A provider that issues bound tokens, and an API that takes them: change members to make them misbehave. */
export interface BoundServers {
  readonly answer: Answer
  /** What the provider wants in proofs; `null`: nothing. */
  providerNonce: string | null
  /** What the API wants in proofs; `null`: nothing. */
  apiNonce: string | null
  /** Overrides the API's answers; `null` leaves it to the API. */
  apiAnswer: ((request: Request) => Response | Promise<Response> | null) | null
  /** The key that the newest tokens are bound to. */
  jkt: string
}

export const apiOrigin = 'https://api.example'

export function createBoundServers(provider: Provider): BoundServers {
  provider.tokens = { token_type: 'DPoP' }
  const atProvider = async (request: Request): Promise<Response> => {
    const { payload, jkt } = await proofOf(request)
    const nonce = servers.providerNonce
    const headers = { 'dpop-nonce': nonce ?? '' }
    if (nonce !== null && payload['nonce'] !== nonce) return Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers })
    if (new URL(request.url).pathname === '/token') servers.jkt = jkt
    return provider.answer(request)
  }
  const atApi = async (request: Request): Promise<Response> => {
    const [scheme, token = ''] = request.headers.get('authorization')?.split(' ') ?? []
    const { payload, jkt } = await proofOf(request).catch((): Proof => ({ header: {}, payload: {}, jkt: '' }))
    const { ath, nonce } = payload
    if (scheme !== 'DPoP' || jkt !== servers.jkt || ath !== (await hashOf(token))) return refusal('DPoP error="invalid_token"')
    if (servers.apiNonce !== null && nonce !== servers.apiNonce) return refusal('DPoP error="use_dpop_nonce"', servers.apiNonce)
    return Response.json({ token })
  }
  const servers: BoundServers = {
    providerNonce: null,
    apiNonce: null,
    apiAnswer: null,
    jkt: '',
    async answer(request) {
      const { origin, pathname } = new URL(request.url)
      if (origin !== issuer) return (await servers.apiAnswer?.(request)) ?? atApi(request)
      return ['/token', '/par', '/me'].includes(pathname) ? atProvider(request) : provider.answer(request)
    },
  }
  return servers
}

/** A 401 with a challenge, and a nonce if there is one. */
export function refusal(challenge: string, nonce?: string): Response {
  return new Response('refused', { status: 401, headers: { 'www-authenticate': challenge, ...(nonce !== undefined && { 'dpop-nonce': nonce }) } })
}
