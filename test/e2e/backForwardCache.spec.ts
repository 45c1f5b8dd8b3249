import { expect, test } from './demo.ts'
import { goBack } from './goBack.ts'

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    addEventListener('pageshow', ({ persisted }) => persisted && document.documentElement.setAttribute('data-restored', ''))
  })
})

test('XT-11 the back button brings a page out of the cache, and it is still signed out', async ({ demo, page }) => {
  await page.goto('/password?storage=memory&lifetime=3600')
  await demo.signInByPassword()
  await demo.button('Sign out').click()
  await expect(demo.status).toHaveText(/Nobody is signed in/)
  await page.goto(`${demo.identityOrigin}/.well-known/openid-configuration`)
  await goBack(page)
  await expect(page.locator('html')).toHaveAttribute('data-restored')
  await expect(demo.status).toHaveText(/Nobody is signed in/)
  await expect(demo.button('Call the API')).toBeDisabled()
})

test('a page out of the cache goes on refreshing', async ({ demo, page }) => {
  await page.goto('/password?storage=memory&lifetime=8')
  await demo.signInByPassword()
  await page.goto(`${demo.identityOrigin}/.well-known/openid-configuration`)
  await goBack(page)
  await expect(page.locator('html')).toHaveAttribute('data-restored')
  const before = demo.tokenRequests().length
  await expect.poll(() => demo.tokenRequests().length, { timeout: 15_000 }).toBeGreaterThan(before)
  expect(await demo.call('Call the API')).toBe(200)
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
})

test('XT-15 back from the provider without signing in, one can sign in again', async ({ demo, page }) => {
  await page.goto('/authorization-code')
  await demo.button('Sign in').click()
  await expect(page.getByLabel('Password')).toBeVisible()
  await goBack(page)
  await expect(page.locator('html')).toHaveAttribute('data-restored')
  await expect(demo.status).toHaveText('Nobody is signed in.')
  await demo.signInByRedirect()
})

test('XT-11 a page in the cache when another tab signs out is signed out before its first use', async ({ demo, page }) => {
  const settings = { storage: 'shared', lifetime: '3600' }
  await demo.open('/password', settings)
  await demo.signInByPassword()
  const other = await demo.beside()
  await other.open('/password', settings)
  await expect(other.status).toHaveText('Signed in as Ada Lovelace.')
  await demo.button('Call the API').evaluate((button: HTMLElement) => addEventListener('pageshow', () => button.click()))
  const before = demo.sent().length

  await page.goto(`${demo.identityOrigin}/.well-known/openid-configuration`)
  await other.signOut()
  await goBack(page)
  await expect(page.locator('html')).toHaveAttribute('data-restored')
  await expect(demo.status).toHaveText('The session ended: you signed out in another tab.')
  await expect(page.locator('.answer')).toContainText('Nobody is signed in.')
  expect(demo.lines(before)).toEqual([])
  expect(await demo.held()).toEqual([])
})

test('LO-09 after a sign-out at the provider no page that the back button brings shows anybody, or has anything', async ({ demo, page }) => {
  await demo.open('/authorization-code', { storage: 'session', lifetime: '3600' })
  await demo.signInByRedirect()
  expect(await demo.call('Call the API')).toBe(200)
  await demo.signOutAtProvider()
  const before = demo.sent().length
  let visits = 0
  for (let back = 0; back < 4; back++) {
    await goBack(page)
    if (!page.url().startsWith(demo.demoOrigin)) continue
    visits++
    await expect(demo.status).not.toContainText('Signed in')
    await expect(page.getByText('ada@example.com')).toHaveCount(0)
    expect(await demo.held()).toEqual([])
  }
  expect(visits).toBeGreaterThan(0)
  expect(demo.lines(before).filter((line) => /token|\/v1\//.test(line))).toEqual([])
})
