import { decodeJwt } from 'jose'

/** Claims about a person or a token: a copy without prototype. */
export type Claims = Readonly<Record<string, unknown>> & {
  readonly sub?: string
  readonly name?: string
  readonly email?: string
}

/** Longest token that is parsed, in characters: no honest token comes near it. */
const maxTokenLength = 65_536

/** Claims that describe the token rather than the person: they change with every refresh. */
const tokenClaims = new Set(
  'iss aud exp iat nbf jti nonce azp at_hash c_hash s_hash auth_time acr amr sid scope scp client_id typ'.split(' '),
)

/**
 * Decodes the claims of a JWT without verifying it, or gives `null` when it is none.
 * Enough for showing and timing; a server must verify.
 */
export function decodeClaims(token: string): Claims | null {
  if (token.length > maxTokenLength) return null
  try {
    return withoutPrototype(decodeJwt(token))
  } catch {
    return null
  }
}

/** The claims about the person alone: equal before and after a refresh unless the person changed. */
export function userClaims(claims: Claims): Claims {
  return withoutPrototype(Object.fromEntries(Object.entries(claims).filter(([name]) => !tokenClaims.has(name))))
}

/** Life in milliseconds that a JWT gives itself (`exp` - `iat`, RFC 7519 §4.1), or `undefined`. */
export function jwtLifetimeMs(claims: Claims | null): number | undefined {
  const { exp, iat } = claims ?? {}
  return typeof exp === 'number' && typeof iat === 'number' && exp > iat ? (exp - iat) * 1000 : undefined
}

function withoutPrototype(value: object): Claims {
  return Object.assign(Object.create(null) as Claims, value)
}
