import type { Answer } from './world.ts'

/** What the scripted provider answers; change members to make it misbehave. */
export interface Provider {
  readonly answer: Answer
  metadata: Record<string, unknown>
  /** Merged over a good ID token's claims; `null` leaves the ID token out. */
  claims: Record<string, unknown> | null
  /** Merged over a good token response. */
  tokens: Record<string, unknown>
  /** Overrides the whole answer of the token endpoint. */
  tokenAnswer: Answer | null
  /** Overrides the whole answer of the endpoint for pushed requests, which the metadata does not name unless a test does. */
  pushAnswer: Answer | null
  /** The nonce of the login that is to be answered. */
  nonce: string
}

export const issuer = 'https://id.example'

export function createProvider(): Provider {
  let count = 0
  const provider: Provider = {
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
      end_session_endpoint: `${issuer}/logout`,
      jwks_uri: `${issuer}/jwks`,
      authorization_response_iss_parameter_supported: true,
    },
    claims: {},
    tokens: {},
    tokenAnswer: null,
    pushAnswer: null,
    nonce: '',
    async answer(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/.well-known/openid-configuration') return Response.json(provider.metadata)
      if (pathname === '/revoke') return new Response(null, { status: 200 })
      if (pathname === '/par') return provider.pushAnswer?.(request) ?? push(request)
      if (pathname !== '/token') return Response.json({ error: 'not_found' }, { status: 404 })
      if (provider.tokenAnswer !== null) return provider.tokenAnswer(request)
      count++
      const grant = new URLSearchParams(await request.text()).get('grant_type')
      return Response.json({
        access_token: `at-${count}`,
        refresh_token: `rt-${count}`,
        token_type: 'Bearer',
        expires_in: 3600,
        ...(provider.claims !== null && { id_token: idToken({ ...(grant === 'authorization_code' && { nonce: provider.nonce }), ...provider.claims }) }),
        ...provider.tokens,
      })
    },
  }
  const push: Answer = async (request) => {
    provider.nonce = new URLSearchParams(await request.text()).get('nonce') ?? ''
    return Response.json({ request_uri: `urn:ietf:params:oauth:request_uri:${++count}`, expires_in: 60 }, { status: 201 })
  }
  return provider
}

/** A JWT whose signature nobody checks: over TLS straight from the token endpoint it need not be (OpenID Connect Core §3.1.3.7). */
export function jwt(claims: Record<string, unknown>, header: Record<string, unknown> = { alg: 'RS256', typ: 'JWT' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.c2lnbmF0dXJl`
}

function idToken(claims: Record<string, unknown>): string {
  const nowS = Math.floor(Date.now() / 1000)
  const good = { iss: issuer, aud: 'web', sub: 'ada', iat: nowS, exp: nowS + 3600, name: 'Ada Lovelace', email: 'ada@example.com' }
  return jwt(Object.fromEntries(Object.entries({ ...good, ...claims }).filter(([, value]) => value !== undefined)))
}
