import { Hono, type Context } from 'hono'
import type { RecordActivity } from '../activityLog.ts'
import type { Authenticate } from '../api/createAuthenticate.ts'
import { isCredential } from '../api/credential.ts'
import { problem, respondWith, type Result } from '../api/result.ts'

/** Revokes the credential of the request, as an administrator would: who holds it finds out at the next request. */
export function revokeRoute(authenticate: Authenticate, record: RecordActivity): Hono {
  const respond = respondWith(record)
  return new Hono().post('/revoke', async (c) => respond(c, 'revoke', await revoke(c, authenticate)))
}

async function revoke(c: Context, authenticate: Authenticate): Promise<Result> {
  const credential = await authenticate(c)
  if (!isCredential(credential)) return credential
  const user = credential.principal.subject
  if (credential.revoke === undefined) {
    const description = 'Nobody keeps count of JWT access tokens: they are good until they expire.'
    return { ...problem(400, 'not_revocable', description), user }
  }
  credential.revoke()
  return { status: 204, outcome: `${credential.kind} revoked`, user }
}
