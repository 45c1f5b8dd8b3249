import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { errors, type JWTPayload } from 'jose'
import type { RecordActivity } from '../activityLog.ts'
import { splitScope, type ApiScope } from '../scopes.ts'
import type { AccessTokens } from './createAccessTokens.ts'

interface Refusal {
  readonly status: 401 | 403
  readonly error: string
  readonly description: string
  /** What follows the realm in the challenge. */
  readonly details?: string
}

/**
 * Lets a request through when its access token is valid and has the scope; the handler finds the person in `subject`.
 * Otherwise answers 401 or 403 with a challenge (RFC 6750 §3).
 */
export function requireScope(scope: ApiScope, tokens: AccessTokens, record: RecordActivity) {
  return createMiddleware<{ Variables: { subject: string } }>(async (c, next) => {
    const note = (outcome: string, user?: string) =>
      record({ action: 'call', user, where: `${c.req.method} ${c.req.path}`, outcome })
    const refused = (refusal: Refusal, user?: string) => {
      note(`${refusal.status} ${refusal.error}: ${refusal.description}`, user)
      return refuse(c, refusal)
    }

    const token = bearerToken(c.req.header('Authorization'))
    if (token === undefined) {
      return refused({ status: 401, error: 'unauthorized', description: 'An access token is needed.' })
    }
    const claims = await verified(tokens, token)
    if (typeof claims === 'string') return refused(invalidToken(claims))
    const { sub = '', scope: granted } = claims
    if (typeof granted !== 'string' || !splitScope(granted).includes(scope)) {
      return refused(insufficientScope(scope), sub)
    }
    c.set('subject', sub)
    await next()
    return note(String(c.res.status), sub)
  })
}

/** The token of a Bearer header (RFC 6750 §2.1); `undefined` when there is none, empty when it is unusable. */
function bearerToken(header = ''): string | undefined {
  const match = /^Bearer(?: +(.*))?$/i.exec(header)
  return match === null ? undefined : (match[1] ?? '')
}

/** The claims, or a sentence that tells why the token is not accepted. */
async function verified(tokens: AccessTokens, token: string): Promise<JWTPayload | string> {
  try {
    return await tokens.verify(token)
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    return error instanceof errors.JWTExpired ? 'The access token has expired.' : 'The access token is not valid.'
  }
}

function invalidToken(description: string): Refusal {
  const details = `, error="invalid_token", error_description="${description}"`
  return { status: 401, error: 'invalid_token', description, details }
}

function insufficientScope(scope: ApiScope): Refusal {
  const details = `, error="insufficient_scope", scope="${scope}"`
  return { status: 403, error: 'insufficient_scope', description: `The access token lacks ${scope}.`, details }
}

function refuse(c: Context, { status, error, description, details = '' }: Refusal): Response {
  c.header('WWW-Authenticate', `Bearer realm="tessera"${details}`)
  return c.json({ error, error_description: description }, status)
}
