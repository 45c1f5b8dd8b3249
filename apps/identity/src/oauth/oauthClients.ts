import { timingSafeEqual } from 'node:crypto'
import { digest } from '../api/digest.ts'
import { apiScopes, type ApiScope } from '../scopes.ts'

/** An app in a browser: no secret, so PKCE and refresh tokens that rotate (RFC 6749 §2.1, RFC 9700 §2.1.1). */
export interface PublicClient {
  readonly kind: 'public'
  readonly id: string
  readonly name: string
  readonly redirectUri: string
  /** Life of its access tokens. */
  readonly lifetimeSeconds: number
}

/** An app with a server that keeps its secret and gets permanent tokens. */
export interface PartnerClient {
  readonly kind: 'partner'
  readonly id: string
  readonly name: string
  readonly redirectUri: string
  readonly secret: string
}

/** A program that acts for itself (RFC 6749 §4.4). */
export interface MachineClient {
  readonly kind: 'machine'
  readonly id: string
  readonly secret: string
  readonly scopes: readonly ApiScope[]
}

/** A client of the plain OAuth server. */
export type OauthClient = PublicClient | PartnerClient | MachineClient

const machines: readonly MachineClient[] = [
  { kind: 'machine', id: 'machine', secret: 'machine-secret', scopes: apiScopes },
  // Neither ":" nor what is outside ASCII survives HTTP Basic without form-urlencoding (RFC 6749 §2.3.1).
  { kind: 'machine', id: 'machine-reader', secret: 'p:ä%reader', scopes: ['read:resources'] },
]

/** What the plain OAuth server and the backend of the demo, its partner, both know. */
export const partnerSecret = 'partner-secret'

/** Where the plain OAuth server sends the person back to for the partner: a page of the demo. */
export function partnerRedirectUri(demoOrigin: string): string {
  return `${demoOrigin}/backend-code/callback`
}

/**
 * The clients of the plain OAuth server. This server is for a demo on one computer, so their secrets stand here.
 *
 * @param demoOrigin Origin of the demo, such as `http://localhost:5173`
 */
export function oauthClients(demoOrigin: string): readonly OauthClient[] {
  const redirectUri = `${demoOrigin}/authorization-code/callback`
  const plain = { kind: 'public', name: 'Tessera demo', redirectUri } as const
  return [
    { ...plain, id: 'plain-8s', lifetimeSeconds: 8 },
    { ...plain, id: 'plain-60s', lifetimeSeconds: 60 },
    { ...plain, id: 'plain-1h', lifetimeSeconds: 3600 },
    partner(demoOrigin),
    ...machines,
  ]
}

function partner(demoOrigin: string): PartnerClient {
  const redirectUri = partnerRedirectUri(demoOrigin)
  return { kind: 'partner', id: 'partner', name: 'Tessera demo backend', redirectUri, secret: partnerSecret }
}

/** Whether this proves who a client is: its secret, or nothing for a public client, which has none. */
export function isProven(client: OauthClient, secret: string | undefined): boolean {
  if (client.kind === 'public') return secret === undefined
  // The comparison takes a time that tells nothing about the secret.
  return secret !== undefined && timingSafeEqual(Buffer.from(digest(secret)), Buffer.from(digest(client.secret)))
}
