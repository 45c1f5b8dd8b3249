import { expect, test } from 'vitest'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()

const endpoints = [
  ['GET', '/.well-known/openid-configuration'],
  ['GET', '/jwks'],
  ['POST', '/token'],
  ['POST', '/token/revocation'],
  ['GET', '/v1/resources'],
  ['POST', '/v1/auth/login'],
  ['POST', '/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword'],
  ['POST', '/securetoken.googleapis.com/v1/token'],
  ['POST', '/demo/access-token'],
] as const

function send(method: string, path: string, headers: Readonly<Record<string, string>>) {
  const body = method === 'POST' ? { body: new URLSearchParams({ client_id: 'demo-1h' }) } : {}
  return fetch(`${server.origin}${path}`, { method, headers, ...body })
}

test.for(endpoints)('%s %s is open to the demo', async ([method, path]) => {
  const { headers } = await send(method, path, { origin: demoOrigin })
  expect(headers.get('access-control-allow-origin')).toBe(demoOrigin)
  expect(headers.get('vary')?.toLowerCase()).toContain('origin')
})

const strangers = ['http://localhost:5174', 'https://localhost:5173', 'http://evil.example', 'null', `${demoOrigin}0`]

test.for(endpoints)('%s %s is closed to others', async ([method, path]) => {
  for (const origin of strangers) {
    const answer = await send(method, path, { origin })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    const asked = { origin, 'access-control-request-method': method }
    const preflight = await send('OPTIONS', path, asked)
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  }
})

test('the token endpoint does nothing for a stranger', async () => {
  const answer = await send('POST', '/token', { origin: 'http://evil.example' })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('origin http://evil.example not allowed')
})

const credentialHeaders = 'Authorization,Content-Type,X-API-Key,X-CSRF-Token,Idempotency-Key,DPoP'

test.for([
  ['/v1/resources', 'GET,POST,DELETE', credentialHeaders, 'true'],
  ['/demo/revoke', 'POST', credentialHeaders, 'true'],
  ['/securetoken.googleapis.com/v1/token', 'POST', 'Content-Type', null],
] as const)('%s answers a preflight request', async ([path, methods, names, credentials]) => {
  const { status, headers } = await send('OPTIONS', path, {
    origin: demoOrigin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  })
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-methods')).toBe(methods)
  expect(headers.get('access-control-allow-headers')).toBe(names)
  expect(headers.get('access-control-allow-credentials')).toBe(credentials)
  expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0)
  expect(headers.get('cache-control')).toBe('no-store')
})

test('the token endpoint answers a preflight request', async () => {
  const { status, headers } = await send('OPTIONS', '/token', {
    origin: demoOrigin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  })
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-origin')).toBe(demoOrigin)
  expect(headers.get('access-control-allow-methods')).toBe('POST')
})

test('the API lets the demo read the challenge and the time to wait', async () => {
  const { headers } = await send('GET', '/v1/resources', { origin: demoOrigin })
  expect(headers.get('access-control-expose-headers')).toBe('WWW-Authenticate,Retry-After,DPoP-Nonce')
})
