import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createProvider, issuer } from '../../test/provider.ts'
import { createWorld, type World } from '../../test/world.ts'
import type { Auth } from '../auth/auth.ts'
import { createAuth } from '../auth/createAuth.ts'
import { authorizationCode, type AuthorizationCodeInput } from '../methods/authorizationCode.ts'
import { backendCode } from '../methods/backendCode.ts'
import type { Claims } from '../session/claims.ts'

let world: World
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  world = createWorld()
  world.answer = createProvider().answer
})
afterEach(() => vi.useRealTimers())

function load(): Auth<AuthorizationCodeInput | void, Claims> {
  return createAuth({ method: authorizationCode({ issuer, clientId: 'web' }) }, world.environment)
}

describe.each(['blob:https://app.example/6f1', 'about:srcdoc', 'data:text/html,x'])('INV-12 a page whose address leads to no other, %s', (href) => {
  test('is none to sign in from', async () => {
    world.href = href
    await expect(load().login()).rejects.toMatchObject({ code: 'unsupported_request' })
    expect(world.left).toEqual([])
  })

  test('is no callback', async () => {
    world.href = href
    const atBackend = { authorizationUrl: `${issuer}/authorize`, clientId: 'web', exchangeUrl: '/exchange' }
    for (const redirectUri of ['/callback', 'https://app.example/callback']) {
      for (const method of [authorizationCode({ issuer, clientId: 'web', redirectUri }), backendCode({ ...atBackend, redirectUri })]) {
        expect(await createAuth({ method }, world.environment).handleCallback()).toEqual({ type: 'none' })
      }
    }
  })

  test('is none to come back to', async () => {
    world.href = href
    await expect(load().handleCallback('https://app.example/callback?code=x&state=y')).rejects.toMatchObject({ code: 'unsupported_request' })
    expect(world.requests).toEqual([])
  })
})

test('CB-17 the answer to a login in a popup is nobody\'s to a method that opens none, and stays where it is', async () => {
  world.href = `https://app.example/callback?code=c&state=popup.${'x'.repeat(43)}`
  const before = world.href
  const auth = createAuth({ method: backendCode({ authorizationUrl: `${issuer}/authorize`, clientId: 'web', exchangeUrl: '/exchange' }) }, world.environment)
  expect(await auth.handleCallback()).toMatchObject({ type: 'failed', returnTo: '/', error: { code: 'transaction_not_found' } })
  expect(world.href).toBe(before)
  expect(world.requests).toEqual([])
})
