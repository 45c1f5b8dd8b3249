import { Hono, type Context } from 'hono'
import type { RecordActivity } from '../activityLog.ts'
import type { User } from '../users.ts'
import { checkPassword } from './checkPassword.ts'
import type { CredentialStores } from './credentialStores.ts'
import { lifetimeAdvice, parseLifetime } from './parseLifetime.ts'
import { readJsonObject } from './readJsonObject.ts'
import { malformed, problem, respondWith, type Result } from './result.ts'

/** What the password door issues. */
type Stores = Pick<CredentialStores, 'accessTokens' | 'refreshFamilies'>

/** What an answer with tokens is made of. */
interface Issue {
  readonly user: User
  readonly lifetimeSeconds: number
  readonly refreshToken: string
}

/** Life of the access tokens of the password door, in seconds, unless a shorter one is asked for. */
export const passwordTokenSeconds = 3600

/** Signing in with a password, refreshing and signing out, without OpenID: `/login`, `/refresh` and `/logout`. */
export function passwordRoutes(stores: Stores, record: RecordActivity): Hono {
  const routes = new Hono()
  const respond = respondWith(record)
  routes.post('/login', async (c) => respond(c, 'sign in', await signIn(c, stores)))
  routes.post('/refresh', async (c) => respond(c, 'refresh', await refresh(c, stores)))
  routes.post('/logout', async (c) => respond(c, 'sign out', await signOut(c, stores)))
  return routes
}

async function signIn(c: Context, stores: Stores): Promise<Result> {
  const lifetimeSeconds = parseLifetime(c.req.query('lifetime'), passwordTokenSeconds)
  if (lifetimeSeconds === undefined) return malformed(lifetimeAdvice(passwordTokenSeconds))
  const check = await checkPassword(c)
  if (!check.ok) return check.result
  const { user } = check
  return issued(stores, { user, lifetimeSeconds, refreshToken: stores.refreshFamilies.start(user, lifetimeSeconds) })
}

async function refresh(c: Context, stores: Stores): Promise<Result> {
  const { refresh_token: refreshToken } = await readJsonObject(c.req)
  if (typeof refreshToken !== 'string') return malformed('The body must be JSON with the text refresh_token.')
  const rotation = stores.refreshFamilies.rotate(refreshToken)
  if (rotation.ok) return issued(stores, rotation)
  const refusal = problem(401, 'invalid_grant', 'The refresh token is unknown, expired, revoked or already used.')
  return { ...refusal, outcome: `refused: ${rotation.reason}`, user: rotation.user?.sub }
}

async function signOut(c: Context, { refreshFamilies }: Stores): Promise<Result> {
  const { refresh_token: refreshToken } = await readJsonObject(c.req)
  if (typeof refreshToken !== 'string') return malformed('The body must be JSON with the text refresh_token.')
  const user = refreshFamilies.revoke(refreshToken)
  return { status: 204, outcome: user === undefined ? 'unknown token' : 'tokens revoked', user: user?.sub }
}

async function issued({ accessTokens }: Stores, { user, lifetimeSeconds, refreshToken }: Issue): Promise<Result> {
  const body = {
    access_token: await accessTokens.issue(user, lifetimeSeconds),
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
  }
  return { status: 200, body, outcome: 'tokens issued', user: user.sub }
}
