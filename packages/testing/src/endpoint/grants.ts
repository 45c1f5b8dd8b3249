import type { Twist } from './answers.ts'
import type { Families } from './family.ts'
import type { Issuer } from './issuer.ts'
import type { RecordedRequest, RequestKind } from './recordedRequest.ts'

/** Does what a request asks for, and answers it. */
export type Grants = Readonly<Record<RequestKind, (request: RecordedRequest, nowAt: number, twist: Twist) => Response>>

/** What grants are made from. */
export interface GrantsOptions {
  readonly families: Families
  readonly issuer: Issuer
  /** Who a login's input is; `null` refuses it. */
  readonly signIn: (input: Readonly<Record<string, unknown>>) => string | null
  /** Whose code this is, once. */
  readonly takeCode: (code: string) => string | undefined
  readonly isRefused: (subject: string) => boolean
}

export function createGrants({ families, issuer, signIn, takeCode, isRefused }: GrantsOptions): Grants {
  const begin = (subject: string | null | undefined, nowAt: number, twist: Twist): Response => {
    if (subject == null || isRefused(subject)) return refusal('invalid_grant')
    const family = families.begin(subject)
    return issuer.answer({ family, refreshToken: family.refreshTokens[0] ?? '', nowAt, twist })
  }
  return {
    login: ({ body }, nowAt, twist) => begin(signIn(body), nowAt, twist),
    code: ({ body }, nowAt, twist) => begin(takeCode(String(body['code'])), nowAt, twist),
    refresh({ body }, nowAt, twist) {
      const redeemed = families.redeem(body['refresh_token'], nowAt)
      return redeemed === 'invalid_grant' ? refusal(redeemed) : issuer.answer({ ...redeemed, nowAt, twist })
    },
    revoke({ body }) {
      const token = body['token'] ?? body['refresh_token']
      const revoked = families.find(token) ?? issuer.find(token)?.family
      families.revoke((family) => family === revoked)
      return new Response(null)
    },
    api({ bearer, path }, nowAt) {
      const token = issuer.find(bearer)
      if (token === undefined || token.expiresAt <= nowAt || !token.family.isAlive) return unauthorized()
      return Response.json({ subject: token.family.subject, path })
    },
    unknown: () => refusal('not_found', 404),
  }
}

function refusal(error: string, status = 400): Response {
  return Response.json({ error }, { status })
}

function unauthorized(): Response {
  return Response.json({ error: 'invalid_token' }, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
}
