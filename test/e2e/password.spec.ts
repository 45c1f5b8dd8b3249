import { expect, test } from './demo.ts'

test('a wrong password is said in words, and what was typed stays', async ({ demo, page }) => {
  await page.goto('/password')
  await page.getByLabel('E-mail').fill('bob@example.com')
  await page.getByLabel('Password').fill('wrong')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText(/Wrong e-mail or password/)
  await expect(page.getByLabel('E-mail')).toHaveValue('bob@example.com')
  await expect(demo.status).toHaveText('Nobody is signed in.')
  expect(demo.tokenRequests().map(({ what, status }) => [what, status])).toEqual([['POST /v1/auth/login', 401]])

  await demo.signInByPassword('bob')
  await expect(page.getByRole('alert')).toBeHidden()
})

test('the password is sent once, in a body, and is nowhere afterwards', async ({ demo, page }) => {
  await page.goto('/password?storage=session')
  await demo.signInByPassword()
  expect(demo.sent.filter(({ body }) => body.includes('correct-horse')).map(({ what }) => what)).toEqual(['POST /v1/auth/login'])
  expect(await demo.stored()).not.toContain('correct-horse')
  await expect(page.getByLabel('Password')).toHaveValue('')
})

test('a server that does not answer is said in words', async ({ demo, page }) => {
  await page.route('**/v1/auth/login*', (route) => route.abort())
  await page.goto('/password')
  await page.getByLabel('Password').fill('correct-horse')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText(/did not answer/)
  await expect(demo.button('Sign in')).toBeEnabled()
})

test('the home page leads to every method', async ({ page }) => {
  await page.goto('/')
  for (const name of ['Authorization code with PKCE', 'Password']) {
    await page.getByRole('main').getByRole('link', { name }).click()
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
    await page.goBack()
  }
})
