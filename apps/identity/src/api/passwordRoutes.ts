import { Hono, type Context } from 'hono'
import type { RecordActivity } from '../activityLog.ts'
import { authenticate } from '../authenticate.ts'
import { userByEmail, type User } from '../users.ts'
import type { AccessTokens } from './createAccessTokens.ts'
import { createRefreshFamilies, type RefreshFamilies } from './createRefreshFamilies.ts'
import { readJsonObject } from './readJsonObject.ts'

/** What a request came to: how to answer it, and what to record. */
interface Result {
  readonly status: 200 | 204 | 400 | 401
  readonly body?: object
  readonly outcome: string
  readonly user?: User | undefined
}

interface Desk {
  readonly tokens: AccessTokens
  readonly families: RefreshFamilies
}

const defaultLifetimeSeconds = 3600
const minLifetimeSeconds = 2
const maxLifetimeSeconds = 3600

/** Signing in with a password, refreshing and signing out, without OpenID: `/login`, `/refresh` and `/logout`. */
export function passwordRoutes(tokens: AccessTokens, record: RecordActivity): Hono {
  const desk: Desk = { tokens, families: createRefreshFamilies() }
  const routes = new Hono()

  function respond(c: Context, action: string, { status, body, outcome, user }: Result): Response {
    record({ action, user: user?.sub, where: `${c.req.method} ${c.req.path}`, outcome })
    return status === 204 ? c.body(null, status) : c.json(body ?? {}, status)
  }

  routes.post('/login', async (c) => respond(c, 'sign in', await signIn(c, desk)))
  routes.post('/refresh', async (c) => respond(c, 'refresh', await refresh(c, desk)))
  routes.post('/logout', async (c) => respond(c, 'sign out', await signOut(c, desk)))
  return routes
}

async function signIn(c: Context, { tokens, families }: Desk): Promise<Result> {
  const lifetimeSeconds = parseLifetime(c.req.query('lifetime'))
  if (lifetimeSeconds === undefined) {
    return malformed(`lifetime must be whole seconds from ${minLifetimeSeconds} to ${maxLifetimeSeconds}.`)
  }
  const { email, password } = await readJsonObject(c.req)
  if (typeof email !== 'string' || typeof password !== 'string') {
    return malformed('The body must be JSON with the texts email and password.')
  }
  const user = authenticate(email, password)
  if (user === undefined) {
    const outcome = 'wrong email or password'
    return refused('invalid_credentials', 'Wrong email or password.', outcome, userByEmail(email))
  }
  return issued(tokens, user, lifetimeSeconds, families.start(user, lifetimeSeconds))
}

async function refresh(c: Context, { tokens, families }: Desk): Promise<Result> {
  const { refresh_token: refreshToken } = await readJsonObject(c.req)
  if (typeof refreshToken !== 'string') return malformed('The body must be JSON with the text refresh_token.')
  const rotation = families.rotate(refreshToken)
  if (!rotation.ok) {
    const description = 'The refresh token is unknown, expired, revoked or already used.'
    return refused('invalid_grant', description, `refused: ${rotation.reason}`, rotation.user)
  }
  return issued(tokens, rotation.user, rotation.lifetimeSeconds, rotation.refreshToken)
}

async function signOut(c: Context, { families }: Desk): Promise<Result> {
  const { refresh_token: refreshToken } = await readJsonObject(c.req)
  if (typeof refreshToken !== 'string') return malformed('The body must be JSON with the text refresh_token.')
  const user = families.revoke(refreshToken)
  return { status: 204, outcome: user === undefined ? 'unknown token' : 'tokens revoked', user }
}

async function issued(tokens: AccessTokens, user: User, lifetimeSeconds: number, refreshToken: string) {
  const body = {
    access_token: await tokens.issue(user, lifetimeSeconds),
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
  }
  return { status: 200, body, outcome: 'tokens issued', user } as const
}

function malformed(description: string): Result {
  const body = { error: 'invalid_request', error_description: description }
  return { status: 400, body, outcome: 'malformed request' }
}

function refused(error: string, description: string, outcome: string, user: User | undefined): Result {
  return { status: 401, body: { error, error_description: description }, outcome, user }
}

function parseLifetime(text: string | undefined): number | undefined {
  if (text === undefined) return defaultLifetimeSeconds
  const seconds = Number(text)
  return /^\d+$/.test(text) && seconds >= minLifetimeSeconds && seconds <= maxLifetimeSeconds ? seconds : undefined
}
