// @vitest-environment jsdom
import { createAuth, environment as real } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { createBrowser, createTokenEndpoint, type Tab } from '@tessera-auth/testing'
import { describe, expect, it } from 'vitest'
import { ada, createDesk, type App } from '../test/createDesk.tsx'
import type { DevtoolsAuth } from './facts/facts.ts'
import { createFeed, type Feed } from './feed/createFeed.ts'
import type { Sighting } from './feed/mark.ts'
import type { Instruments } from './instruments/instruments.ts'
import { instrumentsOf, withDevtools } from './withDevtools.ts'

function handlesOf({ app }: Tab<App>): Instruments {
  const instruments = instrumentsOf(app.environment)
  if (instruments === null) throw new Error('There are no instruments.')
  return instruments
}

function watch(tab: Tab<Pick<App, 'environment'> & { readonly auth: DevtoolsAuth }>): Feed {
  const { auth, environment } = tab.app
  const instruments = instrumentsOf(environment)
  return createFeed({ auth, base: instruments?.base ?? environment, instruments })
}

function textsOf(feed: Feed, lane: Sighting['lane']): readonly string[] {
  return feed.marks().filter((mark) => mark.lane === lane).map(({ text }) => text)
}

it('passing the time has the token expire and be refreshed, and leaves the wall clock alone', async () => {
  const { browser, endpoint, open } = await createDesk()
  const tab = await open()
  const wallAt = tab.app.environment.clock.now().wallAt
  handlesOf(tab).passTime(3_600_001)
  await browser.settle()
  expect(endpoint.count('refresh')).toBe(1)
  expect(tab.app.environment.clock.now().wallAt).toBe(wallAt)
})

it('a clock that is put ahead is ahead by that much for the auth alone, until it is put right', async () => {
  const { browser, endpoint, open } = await createDesk()
  const tab = await open()
  const instruments = handlesOf(tab)
  const now = (): number => tab.app.environment.clock.now().wallAt
  const before = now()
  instruments.skew(300_000)
  instruments.skew(300_000)
  expect([now() - before, instruments.base.clock.now().wallAt]).toEqual([600_000, browser.now()])
  instruments.skew(3_600_000)
  await browser.settle()
  expect(endpoint.count('refresh')).toBe(1)
  instruments.unskew()
  expect(now()).toBe(before)
})

it('what it saw is for tabs whose auth has the same name', async () => {
  const { answer } = createTokenEndpoint()
  const browser = createBrowser({ network: answer })
  const open = (name: string): Tab<App> =>
    browser.openTab((given) => {
      const environment = withDevtools(given)
      return { environment, auth: createAuth({ method: password({ loginUrl: '/login' }), name }, environment) }
    })
  const [work, sameWork, home] = [open('work'), open('work'), open('home')]
  const [, same, other] = [watch(work), watch(sameWork), watch(home)]
  await work.app.auth.login(ada)
  await browser.settle()
  expect(textsOf(same, 'session')).toContain('Signed in by password')
  expect(other.marks()).toEqual([])
})

it('the next refresh fails, once, whatever else is asked for meanwhile', async () => {
  const { browser, endpoint, open } = await createDesk()
  const tab = await open()
  const feed = watch(tab)
  handlesOf(tab).failNextRefresh(true)
  expect((await tab.app.auth.fetch('/api')).status).toBe(200)
  await expect(tab.app.auth.tokens.refresh()).rejects.toMatchObject({ code: 'network' })
  expect([endpoint.count('refresh'), tab.app.auth.refreshStore.getState().phase]).toEqual([0, 'degraded'])
  expect(handlesOf(tab).interference.get().isFailing).toBe(false)
  await tab.app.auth.tokens.refresh()
  await browser.settle()
  expect(endpoint.count('refresh')).toBe(1)
  expect(textsOf(feed, 'refresh')).toEqual(['Refresh failed: network', 'Refreshed'])
  feed.stop()
})

it('offline nothing is sent; back online the refresh follows at once', async () => {
  const { browser, endpoint, open } = await createDesk()
  const tab = await open()
  const instruments = handlesOf(tab)
  instruments.setOffline(true)
  await expect(tab.app.auth.fetch('/api')).rejects.toBeInstanceOf(TypeError)
  await expect(tab.app.auth.tokens.refresh()).rejects.toMatchObject({ code: 'network' })
  expect(tab.app.auth.refreshStore.getState().phase).toBe('paused')
  expect([endpoint.count('api'), endpoint.count('refresh')]).toEqual([0, 0])
  instruments.setOffline(false)
  instruments.passTime(3_500_000)
  await browser.settle()
  expect([endpoint.count('refresh'), tab.app.auth.refreshStore.getState().phase]).toEqual([1, 'idle'])
})

it('sees 401s, replays, requests, waits for locks and messages of all tabs', async () => {
  const { browser, endpoint, open } = await createDesk()
  const tab = await open()
  const feed = watch(tab)
  const copy = tab.duplicate()
  copy.app.auth.start()
  const other = watch(copy)
  await browser.settle()
  endpoint.script('api', async () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }))
  expect((await copy.app.auth.fetch('/api')).status).toBe(200)
  await browser.settle()
  for (const each of [feed, other]) {
    expect(textsOf(each, 'refused')).toEqual(['401 from /api'])
    expect(textsOf(each, 'replay')).toEqual(['Sent again to /api: 200'])
    expect(textsOf(each, 'lock')).toContain('Turn to refresh: granted')
    expect(textsOf(each, 'request')).toContain('POST /refresh: 200')
    expect(textsOf(each, 'message')).toEqual(expect.arrayContaining(['Said “news”', 'Heard “news”']))
    expect(textsOf(each, 'refresh')).toEqual(expect.arrayContaining(['Refreshed', 'Took over the tokens of another tab']))
    expect(new Set(each.marks().map(each.numberOf))).toEqual(new Set([0, 1]))
  }
  other.stop()
  feed.stop()
})

it('the other tabs forget their session, and this one goes on with it', async () => {
  const { browser, endpoint, open } = await createDesk()
  const tab = await open()
  const feed = watch(tab)
  const copy = tab.duplicate()
  copy.app.auth.start()
  const other = watch(copy)
  await browser.settle()
  feed.signOutOthers()
  await browser.settle()
  expect(copy.app.auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'other_tab' })
  await browser.advance(3_600_000)
  tab.wake('focus')
  copy.wake('focus')
  await browser.settle()
  expect([tab.app.auth.store.getState().status, copy.app.auth.store.getState().status]).toEqual(['authenticated', 'unauthenticated'])
  expect([endpoint.count('revoke'), endpoint.reuses()]).toEqual([0, 0])
  // Who signs in there is heard of again.
  await copy.app.auth.login(ada)
  await browser.settle()
  const third = copy.duplicate()
  third.app.auth.start()
  await browser.settle()
  await third.app.auth.tokens.refresh()
  await browser.settle()
  const tokenOf = ({ app }: Tab<App>): unknown => app.auth.tokens.current?.tokens.accessToken
  expect(tokenOf(copy)).toBe(tokenOf(third))
  other.stop()
  feed.stop()
})

it('is the environment itself where there is no page, and of another environment there are no instruments', () => {
  const server = { ...real, page: { ...real.page, isBrowser: () => false } }
  expect(withDevtools(server)).toBe(server)
  expect(instrumentsOf(real)).toBeNull()
})

it('leaves nothing behind once the auth is disposed', async () => {
  const tab = createBrowser().openTab((given) => {
    const environment = withDevtools(given)
    return { environment, auth: createAuth({ method: password({ loginUrl: '/login' }) }, environment) }
  })
  const feed = watch(tab)
  tab.app.auth.start()
  await tab.app.auth.ready
  tab.app.auth.dispose()
  feed.stop()
  const marks = feed.marks()
  await tab.app.environment.network.fetch(new Request('https://app.example/')).catch(() => {})
  expect(feed.marks()).toBe(marks)
  expect(tab.holdings()).toMatchObject({ timers: 0, wakes: 0, channels: [], requests: [] })
})

describe('the feed', () => {
  it('keeps what an earlier panel of another tab saw beside what its next one sees', async () => {
    const { browser, open } = await createDesk()
    const [tab, other] = [await open(), await open({ isSignedIn: false })]
    const feed = watch(other)
    for (const round of [1, 2]) {
      const panel = watch(tab)
      await tab.app.auth.tokens.refresh()
      await browser.settle()
      expect(textsOf(feed, 'refresh').length, `after panel ${round}`).toBe(round)
      panel.stop()
    }
  })

  it('numbers the tabs as it hears of them, whatever they tell of the past', async () => {
    const { browser, open } = await createDesk()
    const tab = await open()
    const feed = watch(tab)
    const place = browser.openTab((environment) => environment).app.channels.join('tessera-devtools:default', () => {})
    const say = async (name: string, startedAt: number): Promise<unknown> => {
      place.post({ type: 'marks', marks: [{ id: `${startedAt}`, tab: name, lane: 'refresh', startedAt, endedAt: startedAt, outcome: 'done', text: name }] })
      await browser.settle()
      return feed.marks().filter((mark) => mark.lane === 'refresh').map((mark) => `${mark.tab} ${feed.numberOf(mark)}`)
    }
    expect(await say('first', 2000)).toEqual(['first 1'])
    expect(await say('second', 1000)).toEqual(['second 2', 'first 1'])
    feed.stop()
  })

  it('remembers but so much of thousands of events, and of each but so many words', async () => {
    const { endpoint, open } = await createDesk()
    const tab = await open()
    const feed = watch(tab)
    endpoint.script('api', async () => new Response('{}'))
    for (let count = 1; count <= 2000; count++) await tab.app.environment.network.fetch(new Request(`https://app.example/api/${'long/'.repeat(200)}${count}`)).catch(() => {})
    expect(feed.marks().length).toBe(500)
    expect(Math.max(...feed.marks().map(({ text }) => text.length))).toBeLessThanOrEqual(160)
    feed.stop()
  })

  it('takes nothing for a refresh that only began while somebody watched', async () => {
    const { browser, endpoint, open } = await createDesk()
    const tab = await open()
    const feed = watch(tab)
    tab.app.auth.inspect(({ type }) => type === 'refresh_started' && feed.stop())
    await tab.app.auth.tokens.refresh()
    await browser.settle()
    expect([textsOf(feed, 'refresh'), endpoint.count('refresh')]).toEqual([['Refreshing'], 1])
    const next = watch(tab)
    handlesOf(tab).failNextRefresh(true)
    endpoint.script('api', async () => new Response('{}'))
    expect((await tab.app.auth.fetch('/api', { cache: 'no-store' })).status).toBe(200)
    expect(handlesOf(tab).interference.get().isFailing).toBe(true)
    next.stop()
  })
})
