import { createSigner, type Signer } from './signer.ts'
import type { Answer } from './world.ts'

const signer = await createSigner({ kid: 'one' })

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
  /** Overrides the answer of UserInfo. */
  userInfoAnswer: Answer | null
  /** What its ID tokens are signed with. */
  signer: Signer
  /** Merged over the header of its ID tokens; a member that is undefined is left out. */
  header: Record<string, unknown>
  /** Its key set. */
  keys: unknown[]
  /** Overrides the whole answer with the key set. */
  keysAnswer: Answer | null
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
      userinfo_endpoint: `${issuer}/me`,
      authorization_response_iss_parameter_supported: true,
    },
    claims: {},
    tokens: {},
    tokenAnswer: null,
    pushAnswer: null,
    userInfoAnswer: null,
    signer,
    header: {},
    keys: [signer.publicKey],
    keysAnswer: null,
    nonce: '',
    async answer(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/.well-known/openid-configuration') return Response.json(provider.metadata)
      if (pathname === '/revoke') return new Response(null, { status: 200 })
      if (pathname === '/jwks') return provider.keysAnswer?.(request) ?? Response.json({ keys: provider.keys })
      if (pathname === '/me') return provider.userInfoAnswer?.(request) ?? Response.json({ sub: 'ada', picture: 'https://id.example/ada.png', name: 'Countess' })
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
        ...(provider.claims !== null && { id_token: await sign({ ...(grant === 'authorization_code' && { nonce: provider.nonce }), ...provider.claims }) }),
        ...provider.tokens,
      })
    },
  }
  const sign = (claims: Record<string, unknown>): Promise<string> => provider.signer.sign(idTokenClaims(claims), provider.header)
  const push: Answer = async (request) => {
    provider.nonce = new URLSearchParams(await request.text()).get('nonce') ?? ''
    return Response.json({ request_uri: `urn:ietf:params:oauth:request_uri:${++count}`, expires_in: 60 }, { status: 201 })
  }
  return provider
}

/** A JWT with a signature that is none. */
export function jwt(claims: Record<string, unknown>, header: Record<string, unknown> = { alg: 'RS256', typ: 'JWT' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.c2lnbmF0dXJl`
}

/** Those of a good ID token, issued now, with others over them; one that is undefined is left out. */
export function idTokenClaims(claims: Record<string, unknown>): Record<string, unknown> {
  const nowS = Math.floor(Date.now() / 1000)
  const good = { iss: issuer, aud: 'web', sub: 'ada', iat: nowS, exp: nowS + 3600, name: 'Ada Lovelace', email: 'ada@example.com' }
  return Object.fromEntries(Object.entries({ ...good, ...claims }).filter(([, value]) => value !== undefined))
}
