import type { Route } from '@playwright/test'
import { expect, test } from './demo.ts'

const path = '/api-key'

test('a key is tried at once: one that the server does not know is said in words', async ({ demo, page }) => {
  await demo.open(path)
  await page.getByLabel('API key', { exact: true }).fill('sk_live_mistyped')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText('The server does not know this key: mistyped, or deleted.')
  await expect.poll(() => demo.lines()).toEqual(['GET /v1/resources 401'])

  await page.getByLabel('API key', { exact: true }).fill('sk_live with a space')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText('That is no key: one word, such as sk_live_…')
  await expect.poll(() => demo.lines()).toEqual(['GET /v1/resources 401'])
})

test.describe('in the query', () => {
  test.use({ documentedSecrets: ['api_key'] })

  test('the key is in the address of each request, and nowhere else', async ({ demo, page }) => {
    await demo.open(path, { where: 'query', storage: 'session' })
    await expect(page.getByText('Careful: histories, logs and proxies keep addresses, and so the key.')).toBeVisible()
    await demo.signInBySecret('API key')
    expect(await demo.call('Call the API')).toBe(200)
    expect(await demo.call('Call the admin API')).toBe(200)
    const [, ...carrying] = demo.sent()
    for (const request of carrying) expect(await demo.wire.credentialsOf(request)).toEqual(['?api_key=key'])
    await expect.poll(() => demo.lines()).toEqual(['POST /demo/api-key {email} 201', 'GET /v1/resources?api_key 200', 'GET /v1/resources?api_key 200', 'GET /v1/admin?api_key 200'])
    expect(await page.locator('body').innerHTML()).not.toContain(demo.secret('key'))
    await demo.signOut()
    expect(await demo.held()).toEqual([])
  })

  test('revoked at the server: one call ends it, and nothing is repeated', async ({ demo, page }) => {
    await demo.open(path, { where: 'query' })
    await demo.signInBySecret('API key')
    await demo.button('Revoke it at the server').click()
    await expect(page.getByText('Revoked, and this page does not know it yet.')).toBeVisible()
    const before = demo.sent().length
    expect(await demo.call('Call the API')).toBe(401)
    await expect(demo.status).toHaveText('The session ended: the server revoked it. Sign in again to go on.')
    await expect.poll(() => demo.lines(before)).toEqual(['GET /v1/resources?api_key 401'])
  })
})

test('rotation under load: no call fails, not even one that arrives with the old key after its deletion', async ({ demo, page }) => {
  await demo.open(path, { storage: 'session' })
  await demo.signInBySecret('API key')
  const oldKey = demo.secret('key')
  const held: Route[] = []
  const heldCount = 3
  await page.route('**/v1/resources', (route) => (held.length < heldCount ? void held.push(route) : route.continue()))
  for (let call = 0; call < heldCount; call++) await demo.button('Call the API').click()
  await expect.poll(() => held.length).toBe(heldCount)

  await demo.button('Rotate the key').click()
  await demo.button('Call the API').click()
  await expect(demo.status).not.toContainText(oldKey.slice(-4))
  const newKey = demo.secret('key')
  await expect(demo.status).toHaveText(`Signed in with the key …${newKey.slice(-4)}.`)
  const callOldKey = async () => (await fetch(`${demo.identityOrigin}/v1/resources`, { headers: { 'x-api-key': oldKey } })).status
  await expect.poll(callOldKey).toBe(401)
  await Promise.all(held.map((route) => route.continue()))

  const calls = () => demo.sent().filter(({ what }) => what === 'GET /v1/resources')
  const refused = () => calls().filter(({ status }) => status === 401)
  const replays = page.getByRole('listitem').filter({ hasText: 'Sent again to /v1/resources with new credentials: 200.' })
  // At least those that were held: the last one may have left with either key.
  await expect.poll(() => refused().length).toBeGreaterThanOrEqual(heldCount)
  await expect.poll(async () => calls().every(({ status }) => status !== 0) && (await replays.count()) === refused().length).toBe(true)
  for (const { request } of refused()) expect(request.headers()['x-api-key']).toBe(oldKey)
  expect(new Set(calls().map(({ status }) => status))).toEqual(new Set([200, 401]))

  expect(await demo.call('Call the API')).toBe(200)
  expect(demo.sent().at(-1)?.request.headers()['x-api-key']).toBe(newKey)
  await page.reload()
  await expect(demo.status).toHaveText(`Signed in with the key …${newKey.slice(-4)}.`)
  expect(await demo.stored()).not.toContain(oldKey)
})

test('the rotation says in words what it did', async ({ demo, page }) => {
  await demo.open(path)
  await demo.signInBySecret('API key', 'bob')
  const before = demo.sent().length
  await demo.button('Rotate the key').click()
  await expect(page.getByText(/^Made a key that ends in [\w-]{4}, switched to it, deleted the old one\. The API answers 200, as before\.$/)).toBeVisible()
  await expect.poll(() => demo.lines(before)).toEqual(['GET /v1/resources 200', 'POST /demo/api-key {email} 201', 'POST /demo/revoke 204', 'GET /v1/resources 200'])
  expect(await demo.call('Call the admin API')).toBe(403)
})
