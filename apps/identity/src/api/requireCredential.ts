import { createMiddleware } from 'hono/factory'
import type { RecordActivity } from '../activityLog.ts'
import type { ApiScope } from '../scopes.ts'
import { isCredential, lackingScope, type Credential } from './credential.ts'
import type { Authenticate } from './createAuthenticate.ts'
import { endpointOf, respondWith, type Result } from './result.ts'

/** What stands between a request and its handler. */
export interface Gate {
  readonly authenticate: Authenticate
  readonly record: RecordActivity
}

/** Lets a request through when its credential is good and has the scope (RFC 6750 §3). */
export function requireScope(scope: ApiScope, gate: Gate) {
  return requireCredential(gate, (credential) => lackingScope(credential, [scope]))
}

/**
 * Lets a request through when its credential is good and `objection` has none; the handler finds it in `credential`.
 * Otherwise answers as they say.
 */
export function requireCredential(
  { authenticate, record }: Gate,
  objection: (credential: Credential) => Result | undefined,
) {
  const respond = respondWith(record)
  return createMiddleware<{ Variables: { credential: Credential } }>(async (c, next) => {
    const checked = await authenticate(c)
    if (!isCredential(checked)) return respond(c, 'call', checked)
    const user = checked.principal.subject
    const refusal = objection(checked)
    if (refusal !== undefined) return respond(c, 'call', { ...refusal, user })
    c.set('credential', checked)
    await next()
    return record({ action: 'call', user, where: endpointOf(c), outcome: String(c.res.status) })
  })
}
