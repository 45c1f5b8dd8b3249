import type { Context, Hono } from 'hono'
import { createJsonApp } from '../api/createJsonApp.ts'
import type { CredentialStores } from '../api/credentialStores.ts'
import { readJsonObject } from '../api/readJsonObject.ts'
import { respondWith, type Result } from '../api/result.ts'
import type { ServerContext } from '../serverContext.ts'
import { apiKeyLifetime } from './apiKeyLifetime.ts'
import { grantToken } from './grantToken.ts'
import { signInWithPassword } from './signInWithPassword.ts'

/** The part of Firebase's REST API that signs in and stays signed in, at the paths of the real Auth emulator. */
export function createFirebaseApp(context: ServerContext, { firebaseSessions }: CredentialStores): Hono {
  const app = createJsonApp(context, { allowMethods: ['POST'], allowHeaders: ['Content-Type'] })
  const respond = respondWith(context.record)

  app.post('/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword', async (c) => {
    const answer = async (seconds: number) => signInWithPassword(await readJsonObject(c.req), seconds, firebaseSessions)
    return respond(c, 'sign in', await withApiKey(c, answer))
  })
  app.post('/securetoken.googleapis.com/v1/token', async (c) => {
    const answer = async (seconds: number) => grantToken(await readFormOrJson(c), seconds, firebaseSessions)
    return respond(c, 'refresh', await withApiKey(c, answer))
  })
  return app
}

async function withApiKey(c: Context, answer: (lifetimeSeconds: number) => Promise<Result>): Promise<Result> {
  const lifetime = apiKeyLifetime(c.req.query('key'))
  return typeof lifetime === 'number' ? answer(lifetime) : lifetime
}

/** The REST documentation has a form; JSON works as well. */
async function readFormOrJson({ req }: Context): Promise<Readonly<Record<string, unknown>>> {
  const isForm = req.header('Content-Type')?.startsWith('application/x-www-form-urlencoded') ?? false
  return isForm ? req.parseBody() : readJsonObject(req)
}
