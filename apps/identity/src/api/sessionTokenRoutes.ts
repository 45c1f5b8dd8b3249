import { Hono, type Context } from 'hono'
import type { CredentialStores } from './credentialStores.ts'
import { notOfUser } from './credential.ts'
import { lifetimeAdvice, parseLifetime } from './parseLifetime.ts'
import type { Principal } from './principal.ts'
import { readJsonObject } from './readJsonObject.ts'
import { requireCredential, type Gate } from './requireCredential.ts'
import { malformed, problem, respondWith, type Result } from './result.ts'

/** The two kinds of token that follow on each other. */
type Stores = Pick<CredentialStores, 'ephemeralTokens' | 'sessionTokens'>

const ephemeralTokenSeconds = 3600
const sessionTokenSeconds = 12 * 3600

/** A session of at most 12 hours for a page that gets no lasting credential: `/`, `/exchange` and `/end`. */
export function sessionTokenRoutes(stores: Stores, gate: Gate): Hono {
  const routes = new Hono()
  const respond = respondWith(gate.record)
  // A session token cannot start another session, or 12 hours would be no limit.
  const canStart = requireCredential(gate, (credential) => notOfUser(credential, ['accessToken']))
  const canEnd = requireCredential(gate, (credential) => notOfUser(credential, ['sessionToken']))

  routes.post('/', canStart, (c) => c.json(issueEphemeralToken(stores, c.get('credential').principal), 201))
  routes.post('/exchange', async (c) => respond(c, 'exchange', await exchange(c, stores)))
  routes.post('/end', canEnd, (c) => {
    c.get('credential').revoke?.()
    return c.body(null, 204)
  })
  return routes
}

/** Issues an ephemeral token and describes it. */
export function issueEphemeralToken({ ephemeralTokens }: Pick<Stores, 'ephemeralTokens'>, principal: Principal) {
  const lifetimeSeconds = ephemeralTokenSeconds
  const ephemeralToken = ephemeralTokens.issue({ prefix: '', principal, lifetimeSeconds })
  return { ephemeral_token: ephemeralToken, expires_in: lifetimeSeconds }
}

async function exchange(c: Context, { ephemeralTokens, sessionTokens }: Stores): Promise<Result> {
  const lifetimeSeconds = parseLifetime(c.req.query('lifetime'), sessionTokenSeconds)
  if (lifetimeSeconds === undefined) return malformed(lifetimeAdvice(sessionTokenSeconds))
  const { ephemeral_token: ephemeralToken } = await readJsonObject(c.req)
  if (typeof ephemeralToken !== 'string') return malformed('The body must be JSON with the text ephemeral_token.')
  const principal = ephemeralTokens.find(ephemeralToken)
  if (principal === undefined) {
    return problem(401, 'invalid_grant', 'The ephemeral token is unknown, expired or already used.')
  }
  ephemeralTokens.revoke(ephemeralToken)
  const accessToken = sessionTokens.issue({ prefix: '', principal, lifetimeSeconds })
  const body = { access_token: accessToken, token_type: 'Bearer', expires_in: lifetimeSeconds }
  return { status: 200, body, outcome: 'session token issued', user: principal.subject }
}
