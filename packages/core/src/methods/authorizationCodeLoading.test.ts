import { afterEach, expect, test, vi } from 'vitest'
import { atProvider } from '../../test/journey.ts'
import { issuer } from '../../test/provider.ts'
import { createAuth } from '../auth/createAuth.ts'
import type { loadChunk } from '../oauth/loadChunk.ts'
import { authorizationCode } from './authorizationCode.ts'

let isGone = false
vi.mock('../oauth/loadChunk.ts', async (importOriginal) => {
  const original = await importOriginal<{ readonly loadChunk: typeof loadChunk }>()
  return { loadChunk: <Module>(load: () => Promise<Module>): Promise<Module> => original.loadChunk(() => (isGone ? Promise.reject(new Error('gone')) : load())) }
})
afterEach(() => {
  vi.useRealTimers()
  isGone = false
})

test('a session from before `dpop: true`, while the code for proofs cannot be loaded: no answer of an API is lost for it', async () => {
  const { world, journey } = atProvider()
  await journey.signIn()
  world.answer = () => Response.json({}, { headers: { 'dpop-nonce': 'canary-next' } })
  isGone = true
  const auth = createAuth({ method: authorizationCode({ issuer, clientId: 'web', dpop: true }), storage: 'session', api: 'https://api.example/' }, world.environment)
  const sentBefore = world.requests.length
  expect((await auth.fetch('https://api.example/orders', { method: 'POST', body: 'x' })).status).toBe(200)
  expect(world.requests).toHaveLength(sentBefore + 1)
  await expect(auth.login()).rejects.toMatchObject({ code: 'network', retryable: true })
})

test('INV-12 a step-up that comes back while its code cannot be loaded fails by a typed error, and does not say what it was for', async () => {
  const { journey } = atProvider()
  await journey.signIn()
  await journey.app().stepUp({ scope: ['pay'], url: 'https://api.example/pay' })
  isGone = true
  const outcome = await journey.comeBack()
  expect(outcome).toMatchObject({ type: 'failed', error: { code: 'network' } })
  expect(outcome).not.toHaveProperty('stepUp')
})
