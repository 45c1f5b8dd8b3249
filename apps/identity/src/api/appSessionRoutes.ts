import { Hono, type Context } from 'hono'
import type { RecordActivity } from '../activityLog.ts'
import { checkPassword } from './checkPassword.ts'
import type { AppSession, AppSessions } from './createAppSessions.ts'
import { csrfMismatch, csrfRefusal } from './csrfMismatch.ts'
import { problem, respondWith, type Result } from './result.ts'

/** Signing in with a password for a cookie: `/login`, `/logout`, `/csrf`, and who is signed in at `/`. */
export function appSessionRoutes(appSessions: AppSessions, record: RecordActivity): Hono {
  const routes = new Hono()
  const respond = respondWith(record)
  routes.post('/login', async (c) => respond(c, 'sign in', await signIn(c, appSessions)))
  routes.post('/logout', (c) => respond(c, 'sign out', signOut(c, appSessions)))
  routes.get('/', (c) => respond(c, 'who am I', whenSignedIn(appSessions.find(c), describe)))
  routes.get('/csrf', (c) =>
    respond(c, 'CSRF token', whenSignedIn(appSessions.find(c), ({ csrfToken }) => ({ csrf_token: csrfToken }))),
  )
  return routes
}

async function signIn(c: Context, appSessions: AppSessions): Promise<Result> {
  const session = appSessions.find(c)
  // With nobody signed in there is no token to compare with. Any value will do then: for a header that no form can send
  // the browser asks first (a CORS preflight). Other sites get no leave, so none of them can sign somebody in here.
  if (session === undefined && c.req.header('X-CSRF-Token') === undefined) return csrfRefusal()
  const mismatch = session === undefined ? undefined : csrfMismatch(c, session)
  if (mismatch !== undefined) return mismatch
  const check = await checkPassword(c)
  if (!check.ok) return check.result
  return signedIn(describe(appSessions.start(c, check.user)), 'session started', check.user.sub)
}

function signOut(c: Context, appSessions: AppSessions): Result {
  const session = appSessions.find(c)
  const mismatch = session === undefined ? undefined : csrfMismatch(c, session)
  if (mismatch !== undefined) return { ...mismatch, user: session?.user.sub }
  appSessions.end(c)
  return { status: 204, outcome: session === undefined ? 'no session' : 'session ended', user: session?.user.sub }
}

function whenSignedIn(session: AppSession | undefined, body: (session: AppSession) => object): Result {
  if (session === undefined) return problem(401, 'unauthenticated', 'Nobody is signed in.')
  return signedIn(body(session), '200', session.user.sub)
}

function signedIn(body: object, outcome: string, user: string): Result {
  return { status: 200, body, outcome, user }
}

function describe({ user, csrfToken }: AppSession): object {
  const { sub, name, email, apiScopes } = user
  return { sub, name, email, scope: apiScopes.join(' '), csrf_token: csrfToken }
}
