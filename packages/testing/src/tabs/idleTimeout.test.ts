import { createAuth, preloadTabs } from '@tessera-auth/core'
import { createIdleTimeout } from '@tessera-auth/core/idle'
import { password } from '@tessera-auth/core/password'
import { beforeEach, describe, expect, it } from 'vitest'
import { createTokenEndpoint, type TokenEndpoint } from '../endpoint/createTokenEndpoint.ts'
import { createBrowser, type Browser } from './createBrowser.ts'
import type { VisitEnvironment } from './visitEnvironment.ts'

await preloadTabs()

const minute = 60_000
const hour = 60 * minute
const idleMs = 15 * minute

let endpoint: TokenEndpoint
let browser: Browser
let sent: string[]
beforeEach(() => {
  endpoint = createTokenEndpoint()
  sent = []
  browser = createBrowser({
    network: (request) => {
      sent.push(new URL(request.url).pathname)
      return endpoint.answer(request)
    },
  })
})

/** A page of an app with an idle timeout; `act` is what somebody does in it. */
function load(environment: VisitEnvironment) {
  const listeners = new Set<() => void>()
  const activity = {
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })
  const auth = createAuth({ method, storage: 'session', shareAcrossTabs: true }, environment)
  const idle = createIdleTimeout(auth, { idleMs }, { ...environment, activity })
  auth.start()
  idle.start()
  return { auth, idle, act: () => listeners.forEach((listener) => listener()) }
}
const open = () => browser.openTab(load)
type Tab = ReturnType<typeof open>
const reason = ({ app: { auth } }: Tab): string => {
  const state = auth.store.getState()
  return state.status === 'unauthenticated' ? state.reason : state.status
}

async function openThree(): Promise<[Tab, Tab, Tab]> {
  const first = open()
  await browser.until(first.app.auth.login({ email: 'ada@example.com', password: 'secret' }))
  const tabs: [Tab, Tab, Tab] = [first, open(), open()]
  await browser.advance(1_000)
  expect(tabs.map(reason)).toEqual(['authenticated', 'authenticated', 'authenticated'])
  sent.length = 0
  return tabs
}

describe('tabs of one session, in which nobody does anything', () => {
  it('end at the same time for the same reason, and the server is told once', async () => {
    const tabs = await openThree()
    tabs[1].app.act()
    await browser.advance(idleMs + 249)
    expect(tabs.map(reason)).toEqual(['authenticated', 'authenticated', 'authenticated'])
    await browser.advance(251)
    expect(tabs.map(reason)).toEqual(['idle', 'idle', 'idle'])
    expect(sent).toEqual(['/logout'])
  })

  it('TM-04 sleep for eight hours: signed out before anything is sent', async () => {
    const tabs = await openThree()
    await browser.sleep(8 * hour)
    expect(tabs.every(({ app }) => app.idle.store.getState().remainingMs === 0)).toBe(true)
    expect(sent).toEqual([])
    await browser.advance(1_000)
    expect(tabs.map(reason)).toEqual(['idle', 'idle', 'idle'])
    expect(new Set(sent)).toEqual(new Set(['/logout']))
  })

  it('TM-04 as one that was loaded anew when it was looked at', async () => {
    const [one, two, three] = await openThree()
    for (const tab of [two, three]) tab.close()
    one.crash()
    await browser.advance(8 * hour)
    one.reload()
    await browser.advance(1_000)
    expect(reason(one)).toBe('idle')
    expect(sent).toEqual(['/logout'])
  })
})

describe('one that could not hear', () => {
  it.each<[string, (tab: Tab) => void, (tab: Tab) => void]>([
    ['XT-11 in the back/forward cache', (tab) => tab.leave(), (tab) => tab.comeBack()],
    ['TM-03 frozen', (tab) => tab.freeze(), (tab) => tab.thaw()],
  ])('%s goes on when somebody was active in another', async (_, go, comeBack) => {
    const [one, two] = await openThree()
    go(one)
    for (let i = 0; i < 50; i++) {
      await browser.advance(minute)
      two.app.act()
    }
    comeBack(one)
    one.wake('visible')
    await browser.advance(1_000)
    expect([reason(one), reason(two)]).toEqual(['authenticated', 'authenticated'])
  })

  it.each<[string, (tab: Tab) => void, (tab: Tab) => void]>([
    ['XT-11 in the back/forward cache', (tab) => tab.leave(), (tab) => tab.comeBack()],
    ['TM-03 frozen', (tab) => tab.freeze(), (tab) => tab.thaw()],
  ])('%s finds the session over when nobody was', async (_, go, comeBack) => {
    const [one, two] = await openThree()
    go(one)
    two.app.act()
    await browser.advance(hour)
    expect(reason(two)).toBe('idle')
    comeBack(one)
    await browser.advance(1_000)
    expect(reason(one)).toBe('idle')
    expect(sent).toEqual(['/logout'])
  })
})
