import { beforeEach, expect, test } from 'vitest'
import { createWorld, type World } from '../../test/world.ts'
import { createAuth, type AuthMethod } from '../index.ts'

let world: World
beforeEach(() => {
  world = createWorld()
  world.answer = () => Response.json({}, { headers: { 'cache-control': 'public, max-age=3600' } })
})

const method: AuthMethod = {
  name: 'plain',
  login: async () => ({ accessToken: 'at-1', refreshToken: 'rt', subject: 'ada', user: {}, scope: [] }),
  refresh: async (session) => ({ ...session, accessToken: 'at-2' }),
}

test.each([
  ['in init', (url: string): [RequestInfo, RequestInit?] => [url, { cache: 'no-store' }]],
  ['in a Request', (url: string): [RequestInfo, RequestInit?] => [new Request(url, { cache: 'no-store' })]],
])('FE-24 no-store %s is sent as it is, with the replay as well', async (_, given) => {
  const auth = createAuth({ method, api: 'https://api.example' }, world.environment)
  await auth.login()
  let count = 0
  world.answer = () => new Response('', { status: ++count === 1 ? 401 : 200 })
  await auth.fetch(...given('https://api.example/me'))
  expect(world.requests.map(({ cache, headers }) => [cache, headers.get('authorization')])).toEqual([
    ['no-store', 'Bearer at-1'],
    ['no-store', 'Bearer at-2'],
  ])
})

test('FE-24 what a caller does not ask for stays as fetch has it', async () => {
  const auth = createAuth({ method, api: 'https://api.example' }, world.environment)
  await auth.login()
  await auth.fetch('https://api.example/me')
  expect(world.requests.map(({ cache }) => cache)).toEqual(['default'])
})
