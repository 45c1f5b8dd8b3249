import { generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto'

export const issuer = 'https://id.example'
export const clientId = 'web'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicJwk: JsonWebKey = publicKey.export({ format: 'jwk' })

/** Whose signature the ID tokens have. */
export const goodJwks = { keys: [{ ...publicJwk, kid: 'one', use: 'sig', alg: 'RS256' }] }

export const goodMetadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  end_session_endpoint: `${issuer}/logout`,
  jwks_uri: `${issuer}/jwks`,
  authorization_response_iss_parameter_supported: true,
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
}

export const goodHeader = { alg: 'RS256', typ: 'JWT', kid: 'one' }

/** Claims of an ID token issued at this moment. */
export function goodClaims(nowAt: number, nonce: string): Record<string, unknown> {
  const nowS = Math.floor(nowAt / 1000)
  return { iss: issuer, aud: clientId, sub: 'ada', iat: nowS, exp: nowS + 3600, nonce, name: 'Ada', email: 'ada@example.com' }
}

/** A JWT of these two texts, whatever they are, with a good signature. */
export function signed(header: string, payload: string): string {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`
}

export function goodIdToken(nowAt: number, nonce: string): string {
  return signed(JSON.stringify(goodHeader), JSON.stringify(goodClaims(nowAt, nonce)))
}

/** What the token endpoint answers when nothing is wrong. */
export function goodTokens(idToken: string): Record<string, unknown> {
  return { access_token: 'canary-access', refresh_token: 'canary-refresh', token_type: 'Bearer', expires_in: 3600, scope: 'openid profile', id_token: idToken }
}

/** What is answered, each as the text of a body. */
export interface Provider {
  metadata: string
  jwks: string
  /** `null`: as it should be. */
  tokens: string | null
  nonce: string
  /** Paths of all requests. */
  readonly asked: string[]
  readonly answer: (request: Request, nowAt: number) => Response
}

export function createProvider(): Provider {
  const provider: Provider = {
    metadata: JSON.stringify(goodMetadata),
    jwks: JSON.stringify(goodJwks),
    tokens: null,
    nonce: '',
    asked: [],
    answer({ url }, nowAt) {
      const { origin, pathname } = new URL(url)
      provider.asked.push(pathname)
      if (origin !== issuer) return new Response('elsewhere', { status: 404 })
      if (pathname === '/.well-known/openid-configuration') return json(provider.metadata)
      if (pathname === '/jwks') return json(provider.jwks)
      if (pathname === '/token') return json(provider.tokens ?? JSON.stringify(goodTokens(goodIdToken(nowAt, provider.nonce))))
      return new Response(null, { status: pathname === '/revoke' ? 200 : 404 })
    },
  }
  return provider
}

export function json(body: string): Response {
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}
