import { expect, test } from './demo.ts'

const path = '/firebase'
const signIn = 'POST /identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=demo-60s {email password returnSecureToken}'
const refresh = 'POST /securetoken.googleapis.com/v1/token?key=demo-60s (grant_type=refresh_token refresh_token)'

const refusals = [
  { what: 'a wrong password', email: 'ada@example.com', password: 'wrong', words: 'Wrong email or password.' },
  { what: 'an unknown address', email: 'nobody@example.com', password: 'correct-horse', words: 'Wrong email or password.' },
  { what: 'a disabled account', email: 'carol@example.com', password: 'correct-horse', words: 'This account has been disabled.' },
]

for (const { what, email, password, words } of refusals) {
  test(`${what} is said in words`, async ({ demo, page }) => {
    await demo.open(path)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill(password)
    await demo.button('Sign in').click()
    await expect(page.getByRole('alert')).toHaveText(words)
    await expect(demo.status).toHaveText('Nobody is signed in.')
    await expect.poll(() => demo.lines()).toEqual([`${signIn} 400`])
  })
}

test('expiresIn is a text, and what it says is the life of the token', async ({ demo, page }) => {
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 500)
  await demo.open(path, { lifetime: '60' })
  await demo.signInByPassword()
  const [sent] = demo.sent()
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(sent?.request.url() ?? '', { method: 'POST', body: sent?.body ?? '', headers })
  expect(await answer.json()).toMatchObject({ expiresIn: '60' })
  await expect(page.getByRole('timer')).toHaveText('0:45')
})

test('a refresh token of an administrator signs in, and stays the same', async ({ demo }) => {
  await demo.open(path, { with: 'token' })
  await demo.signInBySecret('Refresh token')
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  await demo.button('Refresh now').click()
  await expect.poll(() => demo.lines()).toEqual(['POST /demo/firebase-refresh-token {email} 200', `${refresh} 200`, `${refresh} 200`])
  const [, first, second] = demo.sent()
  expect(second?.body).toBe(first?.body)
})

test('a refresh token that Firebase does not know is said in words', async ({ demo, page }) => {
  await demo.open(path, { with: 'token' })
  await page.getByLabel('Refresh token', { exact: true }).fill('mistyped')
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText('Firebase does not accept that: wrong, unknown or revoked.')
  await expect.poll(() => demo.lines()).toEqual([`${refresh} 400`])
})
