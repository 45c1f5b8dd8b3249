import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWorld, defer } from '../../test/world.ts'
import type { AuthMethod } from '../methods/method.ts'
import { createAuth } from './createAuth.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => vi.useRealTimers())

const session = { accessToken: 'at-1', refreshToken: 'rt-1', expiresInMs: 3_600_000, subject: 'ada', user: null, scope: [] }

/** As one that looks for the endpoint first. */
const method: AuthMethod = {
  name: 'twoSteps',
  login: async () => session,
  async refresh(current, ctx) {
    await ctx.fetch('https://id.example/metadata')
    await ctx.fetch('https://id.example/token', { method: 'POST', body: current.refreshToken ?? null })
    return { ...session, accessToken: 'at-2', refreshToken: 'rt-2' }
  },
}

test.each([
  [20_000, 'at-2', ['/metadata', '/token']],
  [20_001, 'timeout', ['/metadata']],
])('RF-08 INV-3 a page frozen between two requests of a refresh for %i ms: %s', async (frozenMs, outcome, paths) => {
  const world = createWorld()
  const metadata = defer<Response>()
  world.answer = ({ url }) => (url.endsWith('/metadata') ? metadata.promise : Response.json({}))
  const auth = createAuth({ method }, world.environment)
  await auth.login()
  const refreshed = auth.tokens.refresh().then(() => auth.getAccessToken(), (error: { readonly code: string }) => error.code)
  await vi.advanceTimersByTimeAsync(0)
  // Its timers have not fired yet when the answer comes.
  vi.setSystemTime(Date.now() + frozenMs)
  metadata.resolve(Response.json({}))
  expect(await refreshed).toBe(outcome)
  expect(world.requests.map(({ url }) => new URL(url).pathname)).toEqual(paths)
  auth.dispose()
})
