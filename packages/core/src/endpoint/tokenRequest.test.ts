import { beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../test/world.ts'
import { createContext } from '../auth/context.ts'
import { createDestinations } from '../http/destinations.ts'
import type { MethodContext } from '../methods/method.ts'
import { resolveUrl, sendTokenRequest } from './tokenRequest.ts'

let world: World
let ctx: MethodContext
beforeEach(() => {
  world = createWorld()
  world.answer = () => new Response('{}')
  ctx = createContext(world.environment, { name: 'main', requestTimeoutMs: 10_000, destinations: createDestinations(undefined, { href: () => null }) }, new AbortController().signal)('method')
})

describe('sendTokenRequest', () => {
  test('sends a form', async () => {
    await sendTokenRequest({ url: 'https://id.example/token', body: new URLSearchParams({ scope: 'a b', q: '&=ä' }) }, ctx)
    expect(world.bodies).toEqual(['scope=a+b&q=%26%3D%C3%A4'])
    expect(Object.fromEntries(world.requests[0]?.headers ?? [])).toEqual({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' })
  })

  test('sends anything else as JSON, to a path of the page', async () => {
    await sendTokenRequest({ url: '/v1/login?x=1', body: { email: 'ada', none: undefined } }, ctx)
    expect(world.bodies).toEqual(['{"email":"ada"}'])
    expect(world.requests[0]?.url).toBe('https://app.example/v1/login?x=1')
    expect(Object.fromEntries(world.requests[0]?.headers ?? [])).toEqual({ accept: 'application/json', 'content-type': 'application/json' })
  })

  test('TR-24 TR-25 without cookies, cache, redirects or referrer', async () => {
    await sendTokenRequest({ url: '/', body: {} }, ctx)
    expect(world.requests[0]).toMatchObject({ method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer', keepalive: false })
  })

  test('what a request asks for besides is sent', async () => {
    const headers = { authorization: 'Basic eDp5', accept: '*/*' }
    await sendTokenRequest({ url: '/', body: {}, headers, credentials: 'include', keepalive: true, referrerPolicy: 'origin' }, ctx)
    expect(world.requests[0]).toMatchObject({ credentials: 'include', keepalive: true, referrerPolicy: 'origin' })
    expect(Object.fromEntries(world.requests[0]?.headers ?? [])).toEqual({ ...headers, 'content-type': 'application/json' })
  })

  test('is aborted with its context', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(sendTokenRequest({ url: '/', body: {} }, { ...ctx, signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' })
    expect(world.requests).toEqual([])
  })
})

describe('resolveUrl', () => {
  test('leaves an absolute URL as it is', () => {
    expect(resolveUrl('https://id.example/token?key=1', ctx)).toBe('https://id.example/token?key=1')
  })

  test('a path needs a page, and the error says no more than the path', () => {
    const page = { ...ctx.page, href: () => null }
    const message = '"/token" is a path, and there is no page: give a URL.'
    expect(() => resolveUrl('/token?key=canary\n', { page })).toThrow(expect.objectContaining({ code: 'unsupported_request', message }))
    expect(resolveUrl('https://id.example/token', { page })).toBe('https://id.example/token')
  })
})
