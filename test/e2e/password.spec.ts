import { expect, test } from './demo.ts'

test('a wrong password is said in words, and what was typed stays', async ({ demo, page }) => {
  await page.goto('/password')
  await page.getByLabel('Email').fill('bob@example.com')
  await page.getByLabel('Password').fill('wrong')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText(/Wrong email or password/)
  await expect(page.getByLabel('Email')).toHaveValue('bob@example.com')
  await expect(demo.status).toHaveText('Nobody is signed in.')
  expect(demo.tokenRequests().map(({ what, status }) => [what, status])).toEqual([['POST /v1/auth/login', 401]])

  await demo.signInByPassword('bob')
  await expect(page.getByRole('alert')).toBeHidden()
})

test('the password is sent once, in a body, and is nowhere afterwards', async ({ demo, page }) => {
  await page.goto('/password?storage=session')
  await demo.signInByPassword()
  expect(demo.sent().filter(({ body }) => body.includes('correct-horse')).map(({ what }) => what)).toEqual(['POST /v1/auth/login'])
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

test('with the keyboard alone: signing in and out leaves the focus on what changed', async ({ demo, page }) => {
  await page.goto('/password')
  await page.getByLabel('Password').fill('correct-horse')
  await page.keyboard.press('Enter')
  await expect(demo.status).toContainText('Signed in as Ada Lovelace')
  await expect(demo.status).toBeFocused()
  await demo.button('Sign out').focus()
  await page.keyboard.press('Enter')
  await expect(demo.status).toHaveText(/Nobody is signed in/)
  await expect(demo.status).toBeFocused()
})

test('a lifetime is chosen at once, and is in the address', async ({ page }) => {
  await page.goto('/password')
  await page.getByRole('radio', { name: '8 s' }).check()
  await expect(page).toHaveURL(/lifetime=8/)
})
