import { decodeJwt } from 'jose/jwt/decode'
import { ownMembers } from '../ownMembers.ts'
import { isShallow } from './isShallow.ts'
import { openMembers } from './openMembers.ts'

/** Claims about a person or a token: a copy without prototype. Claims named here are text or absent. */
export type Claims = Readonly<Record<string, unknown>> & {
  readonly sub?: string
  readonly name?: string
  readonly email?: string
}

/** Longest token that is parsed, in characters: no honest token comes near it. */
const maxTokenLength = 65_536

/** Claims that describe the token rather than the person: they change with every refresh. */
const tokenClaims = new Set(
  `iss aud exp iat nbf jti nonce azp at_hash c_hash s_hash
  auth_time acr amr sid scope scp client_id typ`.split(/\s+/),
)

/**
 * Decodes the claims of a JWT without verifying it, or gives `null` when it is none.
 * Enough for showing and timing; a server must verify.
 */
export function decodeClaims(token: string): Claims | null {
  if (token.length > maxTokenLength) return null
  try {
    const payload = decodeJwt(token)
    return isShallow(payload) ? typed(payload) : null
  } catch {
    return null
  }
}

/**
 * The claims about the person alone, as they may be shown: equal before and after a refresh unless the person changed.
 *
 * @throws AuthError `invalid_response` when they are nested too deep.
 */
export function userClaims(claims: Readonly<Record<string, unknown>>): Claims {
  return typed(Object.fromEntries(Object.entries(openMembers(claims)).filter(([name]) => !tokenClaims.has(name))))
}

/** Life in milliseconds that a JWT gives itself (`exp` - `iat`, RFC 7519 §4.1), or `undefined`. */
export function jwtLifetimeMs(claims: Claims | null): number | undefined {
  const { exp, iat } = claims ?? {}
  const lifetimeMs = typeof exp === 'number' && typeof iat === 'number' ? (exp - iat) * 1000 : NaN
  return lifetimeMs > 0 && lifetimeMs < Infinity ? lifetimeMs : undefined
}

/** Many servers number their users: a numeric `sub` becomes text, as RFC 7519 §4.1.2 has it. */
function typed(payload: Readonly<Record<string, unknown>>): Claims {
  const claims: Record<string, unknown> = ownMembers(payload)
  for (const name of ['sub', 'name', 'email']) {
    const claim = claims[name]
    if (typeof claim === 'number') claims[name] = String(claim)
    else if (typeof claim !== 'string') delete claims[name]
  }
  return claims
}
