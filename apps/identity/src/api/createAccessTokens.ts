import { createLocalJWKSet, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { randomUUID } from 'node:crypto'
import type { ApiScope } from '../scopes.ts'
import type { ServerContext } from '../serverContext.ts'

/** What an access token tells: a user as a whole, or the id and scopes of a machine client. */
export interface TokenHolder {
  readonly sub: string
  readonly apiScopes: readonly ApiScope[]
  readonly name?: string
  readonly email?: string
}

/** Makes and checks access tokens of the API. */
export interface AccessTokens {
  /** Signs a JWT access token (RFC 9068) that lives for so many seconds. */
  issue(holder: TokenHolder, lifetimeSeconds: number): Promise<string>
  /** The claims of a valid token, whichever door it came from; otherwise rejects with an error of jose. */
  verify(token: string): Promise<JWTPayload>
}

/** The access tokens of one server: RS256, from its issuer, for its API. */
export function createAccessTokens({ origin, resource, signingKey }: ServerContext): AccessTokens {
  const keys = createLocalJWKSet({ keys: [signingKey.publicJwk] })
  const rules = {
    issuer: origin,
    audience: resource,
    algorithms: ['RS256'],
    typ: 'at+jwt',
    requiredClaims: ['sub', 'exp'],
    clockTolerance: 0,
  }
  return {
    issue({ sub, name, email, apiScopes }, lifetimeSeconds) {
      const issuedAt = Math.floor(Date.now() / 1000)
      return new SignJWT({ scope: apiScopes.join(' '), name, email })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: signingKey.kid })
        .setIssuer(origin)
        .setAudience(resource)
        .setSubject(sub)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .setJti(randomUUID())
        .sign(signingKey.privateKey)
    },
    async verify(token) {
      const { payload } = await jwtVerify(token, keys, rules)
      return payload
    },
  }
}
