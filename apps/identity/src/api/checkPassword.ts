import type { Context } from 'hono'
import { authenticate } from '../authenticate.ts'
import { userByEmail, type User } from '../users.ts'
import { readJsonObject } from './readJsonObject.ts'
import { malformed, problem, type Result } from './result.ts'

/** What came of checking the `{email, password}` that a request carries. */
export type PasswordCheck =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly result: Result }

/** Checks the e-mail address and password in the JSON body of a request. */
export async function checkPassword(c: Context): Promise<PasswordCheck> {
  const { email, password } = await readJsonObject(c.req)
  if (typeof email !== 'string' || typeof password !== 'string') {
    return { ok: false, result: malformed('The body must be JSON with the texts email and password.') }
  }
  const user = authenticate(email, password)
  if (user !== undefined) return { ok: true, user }
  const refusal = problem(401, 'invalid_credentials', 'Wrong email or password.')
  // What was typed stays out of the log unless it is a known address: it may be a password in the wrong field.
  return { ok: false, result: { ...refusal, outcome: 'wrong email or password', user: userByEmail(email)?.sub } }
}
