import { expect, test } from './demo.ts'

const path = '/refresh-token'
const refresh = 'POST /v1/auth/refresh {refresh_token}'

test('a token is used at once: one that the server does not know is said in words', async ({ demo, page }) => {
  await demo.open(path)
  await page.getByLabel('Refresh token', { exact: true }).fill('mistyped')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText('The server does not accept this refresh token: unknown, revoked, or used before.')
  await expect(demo.status).toHaveText('Nobody is signed in.')
  await expect.poll(() => demo.lines()).toEqual([`${refresh} 401`])
})

test('the one that was handed over is spent: it signs in no second time, and the session goes on with another', async ({ demo, page }) => {
  await demo.open(path, { storage: 'session', lifetime: '3600' })
  await demo.button('Get one').click()
  const field = page.getByLabel('Refresh token', { exact: true })
  await expect(field).not.toHaveValue('')
  const handedOver = demo.secret('refresh_token')
  await demo.button('Sign in').click()
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  expect(demo.secret('refresh_token')).not.toBe(handedOver)
  expect(await demo.stored()).not.toContain(handedOver)
  await demo.button('Refresh now').click()
  await expect(page.getByText('Done: the session is renewed.')).toBeVisible()

  // Who uses it again may have stolen it: the server ends the whole session.
  const other = await demo.beside()
  await other.open(path)
  await other.page.getByLabel('Refresh token', { exact: true }).fill(handedOver)
  await other.button('Sign in').click()
  await expect(other.page.getByRole('alert')).toHaveText('The server does not accept this refresh token: unknown, revoked, or used before.')
  await demo.button('Refresh now').click()
  await expect(demo.status).toHaveText('The session ended: the server refused to renew it.')
  await expect.poll(() => demo.lines().slice(1)).toEqual([`${refresh} 200`, `${refresh} 200`, `${refresh} 401`])
})
