import { createHash } from 'node:crypto'
import { createAuth, preloadTabs } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTokenEndpoint } from '../endpoint/createTokenEndpoint.ts'
import { createBrowser, type Browser } from './createBrowser.ts'
import type { VisitEnvironment } from './visitEnvironment.ts'

await preloadTabs()

let browser: Browser
let sent: string[]
beforeEach(() => {
  const endpoint = createTokenEndpoint()
  sent = []
  browser = createBrowser({
    latencies: { networkMs: 20, lockMs: 1, databaseMs: 2, channelMs: 20 },
    network: (request) => {
      sent.push(new URL(request.url).pathname)
      return endpoint.answer(request)
    },
  })
  // The real one takes real time, which virtual time cannot wait for.
  vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (_, data) => new Uint8Array(createHash('sha256').update(data as Uint8Array).digest()).buffer)
})
afterEach(() => vi.restoreAllMocks())

function open(storage: 'memory' | 'session' = 'memory') {
  return browser.openTab((environment: VisitEnvironment) => {
    const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })
    const auth = createAuth({ method, storage, shareAcrossTabs: true }, environment)
    auth.start()
    return auth
  })
}
type Tab = ReturnType<typeof open>
const login = ({ app }: Tab, name: string) => browser.until(app.login({ email: `${name}@example.com`, password: 'secret' }))
const shown = ({ app }: Tab): string | undefined => {
  const state = app.store.getState()
  return state.status === 'authenticated' ? state.user.sub : state.status === 'unauthenticated' ? state.reason : state.status
}

describe('a tab that was frozen while somebody signed out in another', () => {
  it.each([
    ['memory', 'bob'],
    ['memory', 'ada'],
    ['session', 'bob'],
  ] as const)('XT-01 INV-5 and somebody signed in there since: it takes part in that (%s, %s)', async (storage, name) => {
    const one = open(storage)
    await login(one, 'ada')
    const two = open(storage)
    await browser.advance(1_000)
    expect([one, two].map(shown)).toEqual(['ada@example.com', 'ada@example.com'])
    two.freeze()
    await browser.until(one.app.logout())
    await browser.advance(1_000)
    await login(one, name)
    await browser.advance(1_000)
    two.thaw()
    await browser.advance(1_000)
    expect([one, two].map(shown)).toEqual([`${name}@example.com`, `${name}@example.com`])
  })
})

describe('a page that signs out as it starts', () => {
  it.each([0, 1, 30, 45, 60, 300])('LO-10 ends the session of the other tabs, and tells the server, also %i ms later', async (ms) => {
    const one = open()
    await login(one, 'ada')
    await browser.advance(1_000)
    const two = open()
    await browser.advance(ms)
    sent.length = 0
    expect(await browser.until(two.app.logout())).toEqual({ isRemote: true, error: null })
    await browser.advance(1_000)
    expect([one, two].map(shown)).toEqual(['other_tab', expect.stringMatching(/user|never_signed_in/)])
    expect(sent).toEqual(['/logout'])
  })
})
