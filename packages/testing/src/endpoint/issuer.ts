import type { Twist } from './answers.ts'
import type { Family } from './family.ts'
import { jwtOf } from './jwtOf.ts'

/** An access token that was issued. */
export interface Issued {
  readonly family: Family
  readonly expiresAt: number
}

/** What issues access tokens, and knows them again. */
export interface Issuer {
  /** All texts that were ever issued. */
  readonly secrets: readonly string[]
  readonly opaque: (prefix: string) => string
  /** A successful answer (RFC 6749 §5.1). */
  readonly answer: (grant: Grant) => Response
  readonly find: (accessToken: unknown) => Issued | undefined
}

/** What an answer says. */
export interface Grant {
  readonly family: Family
  readonly refreshToken: string
  readonly nowAt: number
  readonly twist: Twist
}

/** How access tokens are made. */
export interface IssuerOptions {
  readonly lifetimeMs: () => number
  readonly format: 'jwt' | 'opaque'
  /** What tokens say of a subject, beside `sub`. */
  readonly claimsOf: (subject: string) => Readonly<Record<string, unknown>>
}

export function createIssuer({ lifetimeMs: usualMs, format, claimsOf }: IssuerOptions): Issuer {
  const secrets: string[] = []
  const issued = new Map<string, Issued>()
  const opaque = (prefix: string): string => {
    const secret = `${prefix}-canary-${String(secrets.length + 1).padStart(5, '0')}`
    secrets.push(secret)
    return secret
  }
  return {
    secrets,
    opaque,
    find: (accessToken) => (typeof accessToken === 'string' ? issued.get(accessToken) : undefined),
    answer({ family, refreshToken, nowAt, twist }) {
      const { members, subject = family.subject, clockAheadMs = 0, lifetimeMs = usualMs() } = twist
      const identifier = opaque('access')
      const seconds = (at: number): number => Math.floor((at + clockAheadMs) / 1000)
      const claims = { ...claimsOf(subject), sub: subject, jti: identifier, iat: seconds(nowAt), exp: seconds(nowAt + lifetimeMs) }
      const accessToken = format === 'jwt' ? jwtOf(claims) : identifier
      if (format === 'jwt') secrets.push(accessToken)
      issued.set(accessToken, { family, expiresAt: nowAt + lifetimeMs })
      const body = { access_token: accessToken, token_type: 'Bearer', expires_in: lifetimeMs / 1000, refresh_token: refreshToken, ...members }
      return Response.json(body, { headers: { 'cache-control': 'no-store' } })
    },
  }
}
