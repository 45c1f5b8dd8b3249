// oneTimeCode.ts
import { AuthError, type AuthMethod, type MethodContext, type Session } from '@tessera-auth/core'

type User = { readonly email: string }
type Answer = User & Record<'access_token' | 'refresh_token', string> & Record<'expires_in', number>

/** Signs in with a code that came by mail, at an absolute URL of the app's backend. */
export function oneTimeCode(url: string): AuthMethod<User & { readonly code: string }, User> {
  const post = async (path: string, body: object, { fetch, signal }: MethodContext): Promise<Response> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body), signal })
    if (response.ok) return response
    const { status } = response
    const refusal = path === '/login' ? 'invalid_credentials' : 'refresh_rejected'
    throw new AuthError(status === 401 ? refusal : 'server_error', `The server answered ${status}.`, { status })
  }
  return {
    name: 'oneTimeCode',
    login: async (input, ctx) => readSession(await post('/login', input, ctx)),
    refresh: async ({ refreshToken }, ctx) => readSession(await post('/refresh', { refresh_token: refreshToken }, ctx)),
    logout: async ({ refreshToken }, ctx) => (await post('/logout', { refresh_token: refreshToken }, ctx)).ok,
  }
}

async function readSession(response: Response): Promise<Session<User>> {
  const answer: unknown = await response.json().catch(() => null)
  if (!isAnswer(answer)) throw new AuthError('invalid_response', 'The answer is no session.')
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresInS, email } = answer
  return { accessToken, refreshToken, expiresInMs: expiresInS * 1000, subject: email, user: { email }, scope: [] }
}

function isAnswer(value: unknown): value is Answer {
  const types = { access_token: 'string', refresh_token: 'string', expires_in: 'number', email: 'string' }
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(types).every(([name, type]) => typeof Reflect.get(value, name) === type)
}
