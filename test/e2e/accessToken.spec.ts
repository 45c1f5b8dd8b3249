import { expect, test } from './demo.ts'

const path = '/access-token'

test('a token is tried at once: one that the server does not know is said in words', async ({ demo, page }) => {
  await demo.open(path)
  await page.getByLabel('Access token', { exact: true }).fill('ac_mistyped')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText('The server does not know this token: mistyped, or revoked.')
  await expect(demo.status).toHaveText('Nobody is signed in.')
  await expect.poll(() => demo.lines()).toEqual(['GET /v1/resources 401'])
})

test('what cannot be a token is sent nowhere', async ({ demo, page }) => {
  await demo.open(path)
  await page.getByLabel('Access token', { exact: true }).fill('Bearer ac_something')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText('That is no token: one word, without “Bearer” before it.')
  await expect.poll(() => demo.lines()).toEqual([])
})

test('pasted with space around it, it works; the page shows whose it is and its end, never the token', async ({ demo, page }) => {
  await demo.open(path, { storage: 'session' })
  const field = page.getByLabel('Access token', { exact: true })
  await demo.button('Get one').click()
  await expect(field).not.toHaveValue('')
  const token = demo.secret('access_token')
  await field.fill(`  ${token} `)
  await demo.button('Sign in').click()
  await expect(demo.status).toHaveText(`Signed in with the token …${token.slice(-4)}.`)
  await expect(page.getByRole('definition').filter({ hasText: /^ada$/ })).toBeVisible()
  await expect(demo.button('Refresh now')).toBeDisabled()
  expect(await demo.wire.credentialsOf(demo.sent().at(-1)!)).toEqual(['Authorization: Bearer access_token'])
  expect(await page.locator('body').innerHTML()).not.toContain(token)
  await expect(field).toHaveValue('')
})
