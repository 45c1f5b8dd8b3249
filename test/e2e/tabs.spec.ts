import type { Page } from '@playwright/test'
import { expect, test, type Demo } from './demo.ts'
import { methods, signInAs } from './methods.ts'
import type { Sent } from './wire.ts'

const path = '/password'
const refreshPath = '/v1/auth/refresh'
const refresh = `POST ${refreshPath} {refresh_token} 200`
const revoke = 'POST /v1/auth/logout {refresh_token} 204'
const ada = 'Signed in as Ada Lovelace.'
const bob = 'Signed in as Bob Martin.'
const leftElsewhere = 'The session ended: you signed out in another tab.'

/** Two tabs with one session: Ada signs in, and opens it in another tab. */
async function signInTwice(demo: Demo, settings: Readonly<Record<string, string>>): Promise<readonly [Demo, Demo]> {
  await demo.open(path, { storage: 'session', ...settings })
  await demo.signInByPassword()
  const copy = await demo.copy()
  await expect(copy.status).toHaveText(ada)
  return [demo, copy]
}

const refreshesOf = (demo: Demo): readonly Sent[] => demo.wire.sent.filter(({ what }) => what === `POST ${refreshPath}`)

/** How often this tab's log has an event of this type. */
const count = ({ page }: Demo, type: string): Promise<number> => page.locator(`[data-type="${type}"]`).count()

async function expectBothAda(tabs: readonly Demo[]): Promise<void> {
  for (const tab of tabs) {
    expect(await tab.call('Call the API')).toBe(200)
    await expect(tab.status).toHaveText(ada)
  }
}

/** Has the server answer this page, and keeps the answer from it. */
async function holdAnswer(page: Page, url: string): Promise<{ readonly answered: Promise<void>; readonly release: () => void }> {
  const [answered, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await page.route(url, async (route) => {
    const response = await route.fetch()
    answered.resolve()
    await released.promise
    await route.fulfill({ response })
  })
  return { answered: answered.promise, release: released.resolve }
}

/** The person that a request is sent as. */
function personOf({ request }: Sent): unknown {
  const [, claims = ''] = (request.headers()['authorization'] ?? '').split('.')
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly sub?: unknown }).sub
}

for (const method of methods.filter(({ name }) => ['authorizationCode, OpenID', 'password'].includes(name))) {
  test(`RF-01 ST-10 TM-10 a tab and its copy refresh in turns: one request a lifetime, each refresh token once (${method.name})`, async ({ demo }) => {
    test.slow()
    await demo.open(method.path, { ...method.settings, lifetime: '8', storage: 'session' })
    await signInAs(demo, method)
    const tabs = [demo, await demo.copy()]
    const refreshes = (): readonly Sent[] => demo.wire.sent.filter(({ body }) => body.includes('refresh_token'))
    await expect.poll(() => refreshes().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(3)
    await expectBothAda(tabs)
    const done = refreshes()
    expect(done.map(({ status }) => status)).toEqual(done.map(() => 200))
    expect(new Set(done.map(({ body }) => body)).size, 'refresh tokens that were sent').toBe(done.length)
    for (const [index, { at }] of done.slice(1).entries()) expect(at - (done[index]?.at ?? 0)).toBeGreaterThan(5_000)
    for (const tab of tabs) await expect.poll(async () => (await count(tab, 'refreshed')) + (await count(tab, 'adopted'))).toBeGreaterThanOrEqual(done.length)
  })
}

for (const storage of ['session', 'shared']) {
  test(`XT-01 a logout in one tab is one in the other, at once and without a request (${storage})`, async ({ demo }) => {
    const [one, two] = await signInTwice(demo, { lifetime: '3600', storage })
    await expectBothAda([one, two])
    const before = two.sent().length
    await one.signOut()
    await expect(two.status).toHaveText(leftElsewhere, { timeout: 1_000 })
    await expect(two.button('Call the API')).toBeDisabled()
    await expect.poll(() => one.lines().at(-1)).toBe(revoke)
    expect(two.lines(before)).toEqual([])
    for (const tab of [one, two]) expect(await tab.held()).toEqual([])

    await two.page.reload()
    await expect(two.status).toHaveText(/^You were signed out at .+ you signed out in another tab\.$/)
    expect(two.lines(before)).toEqual([])
  })
}

test('XT-02 a logout in one tab while the other refreshes: what the refresh got is revoked, and nobody has it', async ({ demo }) => {
  const [one, two] = await signInTwice(demo, { lifetime: '3600' })
  const before = two.sent().length
  const { answered, release } = await holdAnswer(two.page, `**${refreshPath}`)
  await two.button('Refresh now').click()
  await answered
  await one.signOut()
  await expect(two.status).toHaveText(leftElsewhere)
  release()
  await expect.poll(() => two.lines(before)).toEqual([refresh, revoke])
  await expect(two.status).toHaveText(leftElsewhere)
  for (const tab of [one, two]) expect(await tab.held()).toEqual([])
})

test('XT-10 a login as somebody else in one tab switches the other, which sends nothing as the one before', async ({ demo }) => {
  await demo.open(path, { storage: 'shared', lifetime: '3600' })
  const two = await demo.beside()
  await two.open(path, { storage: 'shared', lifetime: '3600' })
  await expect(two.status).toHaveText('Nobody is signed in.')

  // Bob's login takes so long that Ada is signed in before him, in both tabs.
  const { answered, release } = await holdAnswer(demo.page, '**/v1/auth/login*')
  await demo.page.getByLabel('Email').fill('bob@example.com')
  await demo.page.getByLabel('Password').fill('correct-horse')
  await demo.button('Sign in').click()
  await answered
  await two.signInByPassword()
  await expect(demo.status).toHaveText(ada)
  await expectBothAda([two])

  const before = demo.wire.sent.length
  release()
  for (const tab of [demo, two]) await expect(tab.status).toHaveText(bob)
  for (const tab of [demo, two]) expect(await tab.call('Call the API')).toBe(200)
  const calls = demo.wire.sent.slice(before).filter(({ what }) => what === 'GET /v1/resources')
  expect(calls.map(personOf)).toEqual(['bob', 'bob'])
})

test('XT-10 a link that signs somebody else in over a session switches its copy too', async ({ demo }) => {
  const settings = { storage: 'session', lifetime: '3600' }
  const status = 'Signed in for a while, with a session token.'
  await demo.open('/ephemeral-token', settings)
  await demo.signInBySecret('Ephemeral token')
  const copy = await demo.copy()
  await expect(copy.status).toHaveText(status)
  const headers = { 'content-type': 'application/json', origin: demo.demoOrigin }
  const body = JSON.stringify({ email: 'bob@example.com' })
  const handedOut = await fetch(`${demo.identityOrigin}/demo/ephemeral-token`, { method: 'POST', headers, body })
  const { ephemeral_token: token } = (await handedOut.json()) as { readonly ephemeral_token: string }
  await copy.page.goto(`/ephemeral-token?${new URLSearchParams(settings).toString()}#ephemeral_token=${encodeURIComponent(token)}`)
  await expect.poll(() => copy.lines()).toEqual(['POST /v1/sessions/exchange?lifetime=3600 {ephemeral_token} 200'])
  await expect.poll(() => count(demo, 'set')).toBe(2)
  for (const tab of [demo, copy]) {
    expect(await tab.call('Call the API')).toBe(200)
    const answer = await tab.sent().at(-1)?.request.response()
    expect(await answer?.json()).toMatchObject({ subject: 'bob' })
  }
})

test('a reload of one tab while the other refreshes: both go on, with one refresh', async ({ demo }) => {
  const [one, two] = await signInTwice(demo, { lifetime: '3600' })
  const { answered, release } = await holdAnswer(one.page, `**${refreshPath}`)
  await one.button('Refresh now').click()
  await answered
  await two.page.reload()
  await expect(two.status).toHaveText(ada)
  release()
  await expect.poll(() => count(two, 'adopted')).toBeGreaterThan(0)
  await expectBothAda([one, two])
  const { authorization } = two.sent().at(-1)?.request.headers() ?? {}
  expect(authorization).toBe(`Bearer ${one.secret('access_token')}`)
  expect(refreshesOf(demo)).toHaveLength(1)
})

test('offline when a refresh is due, and back when the token has run out: both tabs stay signed in, and ask little', async ({ demo, page, context }) => {
  await page.clock.install()
  const tabs = await signInTwice(demo, { lifetime: '60' })
  await context.setOffline(true)
  await page.clock.fastForward(46_000)
  for (const tab of tabs) await expect(tab.status).toContainText('The browser is offline')
  await page.clock.fastForward(30_000)
  for (const tab of tabs) await expect(tab.status).toContainText(/^Signed in as Ada Lovelace\. The browser is offline/)

  await context.setOffline(false)
  for (const tab of tabs) await expect(tab.status).toHaveText(ada)
  await expectBothAda(tabs)
  expect(refreshesOf(demo).filter(({ status }) => status !== 0)).toHaveLength(1)
  expect(refreshesOf(demo).length).toBeLessThanOrEqual(8)
})

test('RF-28 TM-04 after eight hours of sleep, fifty calls in two tabs wait for one refresh', async ({ demo, page }) => {
  await page.clock.install()
  const tabs = await signInTwice(demo, { lifetime: '3600' })
  await page.clock.setSystemTime(Date.now() + 8 * 3_600_000)
  const before = demo.wire.sent.length
  const call25Times = (button: HTMLElement): void => Array.from({ length: 25 }).forEach(() => button.click())
  await Promise.all(tabs.map((tab) => tab.button('Call the API').evaluate(call25Times)))
  const answers = (what: string): readonly number[] => demo.wire.sent.slice(before).flatMap((sent) => (sent.what === what ? [sent.status] : []))
  await expect.poll(() => answers('GET /v1/resources')).toEqual(Array.from({ length: 50 }, () => 200))
  expect(answers(`POST ${refreshPath}`)).toEqual([200])
})

test('with sharing, a new tab is signed in without a request, and outlives the first; nothing readable is stored', async ({ demo }) => {
  const settings = { storage: 'shared', lifetime: '3600' }
  await demo.open(path, settings)
  await demo.signInByPassword()
  const two = await demo.beside()
  await two.open(path, settings)
  await expect(two.status).toHaveText(ada)
  expect(two.sent()).toEqual([])
  for (const tab of [demo, two]) expect(await tab.held()).toEqual([])
  expect(await two.records()).toHaveLength(1)

  await demo.page.close()
  await two.button('Refresh now').click()
  await expect.poll(() => two.lines()).toEqual([refresh])
  await expectBothAda([two])
})

for (const storage of ['memory', 'session']) {
  test(`without sharing, a new tab signs in by itself (${storage})`, async ({ demo }) => {
    const settings = { storage, lifetime: '3600' }
    await demo.open(path, settings)
    await demo.signInByPassword()
    const two = await demo.beside()
    await two.open(path, settings)
    await expect(two.status).toHaveText('Nobody is signed in.')
    expect(two.sent()).toEqual([])
  })
}

test('XT-01 in memory, a logout signs out the same person in other tabs, and nobody else', async ({ demo }) => {
  const [one, two, three] = [demo, await demo.beside(), await demo.beside()]
  for (const tab of [one, two, three]) {
    await tab.open(path, { storage: 'memory', lifetime: '3600' })
    await tab.signInByPassword(tab === three ? 'bob' : 'ada')
  }
  await one.signOut()
  await expect(two.status).toHaveText(leftElsewhere)
  expect(await two.held()).toEqual([])
  expect(await three.call('Call the API')).toBe(200)
  await expect(three.status).toHaveText(bob)
})
