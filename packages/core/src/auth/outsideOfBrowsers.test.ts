import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOrigin } from '../../test/origin.ts'
import { createWorld } from '../../test/world.ts'
import { environment as realEnvironment, type Environment } from '../browser/environment.ts'
import type { AuthMethod } from '../methods/method.ts'
import { createAuth } from './createAuth.ts'

const method: AuthMethod<string> = {
  name: 'm',
  login: async (subject) => ({ accessToken: `canary-at-${subject}`, refreshToken: 'canary-rt', subject, user: null, scope: [] }),
}
const status = ({ store }: { readonly store: { readonly getState: () => { readonly status: string } } }) => store.getState().status
/** Longer than a tab asks others for, and than hashing and channels of Node take, which are real. */
const heard = async () => {
  for (let i = 0; i < 20; i++) {
    await crypto.subtle.digest('SHA-256', new Uint8Array(1))
    await new Promise((resolve) => void setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(20)
  }
}

/** A server: no page, though it may have whatever a browser has. */
function createServer(): { readonly environment: Environment; readonly touched: string[] } {
  const origin = createOrigin()
  const touched: string[] = []
  const noting = <Seam extends object>(name: string, seam: Seam): Seam =>
    new Proxy(seam, { get: (target, member, receiver) => (touched.push(name), Reflect.get(target, member, receiver)) })
  const { environment } = createWorld(origin)
  return {
    touched,
    environment: {
      ...environment,
      locks: noting('locks', origin.locks),
      database: noting('database', origin.database),
      channels: noting('channels', origin.channels),
      page: { ...environment.page, href: () => null, isBrowser: () => false },
    },
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe.each([
  ['this Node', () => ({ environment: realEnvironment, touched: [] as string[] })],
  ['a server with all that a browser has', createServer],
])('on %s, one auth for each request', (_, create) => {
  test('with shareAcrossTabs nobody gets the session of another', async () => {
    const { environment, touched } = create()
    const forRequest = () => createAuth({ method, shareAcrossTabs: true }, environment)
    const [early, ada] = [forRequest(), forRequest()]
    await Promise.all([early.ready, heard()])
    await Promise.all([ada.login('ada'), heard()])
    const late = forRequest()
    await Promise.all([late.ready, heard()])
    expect([early, ada, late].map(status)).toEqual(['unauthenticated', 'authenticated', 'unauthenticated'])
    await expect(late.getAccessToken()).rejects.toMatchObject({ code: 'not_authenticated' })

    await Promise.all([late.login('bob'), heard()])
    expect(await ada.getAccessToken()).toBe('canary-at-ada')
    expect(touched).toEqual([])
    for (const each of [early, ada, late]) each.dispose()
  })

  test('a sign-out is of one request alone, be it of the same person', async () => {
    const { environment, touched } = create()
    const [one, two] = [createAuth({ method }, environment), createAuth({ method }, environment)]
    await Promise.all([one.login('ada'), two.login('ada'), heard()])
    await one.logout()
    await heard()
    expect([one, two].map(status)).toEqual(['unauthenticated', 'authenticated'])
    expect(touched).toEqual([])
    for (const each of [one, two]) each.dispose()
  })
})
