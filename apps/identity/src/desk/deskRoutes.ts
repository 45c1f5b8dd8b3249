import { Hono, type Context } from 'hono'
import { createApiKey } from '../api/apiKeyRoutes.ts'
import type { CredentialStores } from '../api/credentialStores.ts'
import { lifetimeAdvice, parseLifetime } from '../api/parseLifetime.ts'
import { passwordTokenSeconds } from '../api/passwordRoutes.ts'
import { principalOf } from '../api/principal.ts'
import { readJsonObject } from '../api/readJsonObject.ts'
import { malformed, respondWith, type Result } from '../api/result.ts'
import { issueEphemeralToken } from '../api/sessionTokenRoutes.ts'
import type { RecordActivity } from '../activityLog.ts'
import { userByEmail, type User } from '../users.ts'

/** Whom something is handed to, and what the request says besides. */
interface Order {
  readonly user: User
  readonly body: Readonly<Record<string, unknown>>
}

/** What an administrator or another system hands to people: here whoever asks gets it. */
export function deskRoutes(stores: CredentialStores, record: RecordActivity): Hono {
  const { opaqueTokens, apiKeys, firebaseSessions } = stores
  const routes = new Hono()
  const respond = respondWith(record)
  const hand = (path: string, make: (order: Order) => Promise<Result> | Result) =>
    routes.post(path, async (c) => respond(c, 'hand out', await fill(c, make)))

  hand('/access-token', ({ user }) => {
    const token = opaqueTokens.issue({ prefix: 'ac_', principal: principalOf(user), lifetimeSeconds: null })
    return handed({ access_token: token })
  })
  hand('/ephemeral-token', ({ user }) => handed(issueEphemeralToken(stores, principalOf(user))))
  hand('/refresh-token', (order) => refreshToken(order, stores))
  hand('/firebase-refresh-token', async ({ user }) => {
    const session = await firebaseSessions.signIn(user, passwordTokenSeconds)
    return handed({ refresh_token: session.refreshToken })
  })
  hand('/api-key', ({ user }) => ({ ...handed(createApiKey(apiKeys, 'Demo key', principalOf(user))), status: 201 }))
  return routes
}

async function fill(c: Context, make: (order: Order) => Promise<Result> | Result): Promise<Result> {
  const body = await readJsonObject(c.req)
  const user = typeof body.email === 'string' ? userByEmail(body.email) : undefined
  if (user === undefined) return malformed('The body must be JSON with the email of a user.')
  return { ...(await make({ user, body })), user: user.sub }
}

function refreshToken({ user, body: { lifetime } }: Order, { refreshFamilies }: CredentialStores): Result {
  const text = lifetime === undefined ? undefined : JSON.stringify(lifetime)
  const lifetimeSeconds = parseLifetime(text, passwordTokenSeconds)
  if (lifetimeSeconds === undefined) return malformed(lifetimeAdvice(passwordTokenSeconds))
  return handed({ refresh_token: refreshFamilies.start(user, lifetimeSeconds) })
}

function handed(body: object): Result {
  return { status: 200, body, outcome: 'handed out' }
}
