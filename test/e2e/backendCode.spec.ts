import { expect, test } from './demo.ts'

const path = '/backend-code'

test('with the backend’s cookie, no token ever reaches the browser', async ({ demo, page }) => {
  await demo.open(path, { form: 'session', storage: 'session' })
  await demo.signInByRedirect()
  expect(demo.wire.opened[0]).toBe('GET /oauth/authorization?response_type&client_id&redirect_uri&state&code_challenge&code_challenge_method')
  expect(page.url()).not.toMatch(/code=|state=/)
  expect(() => demo.secret('access_token')).toThrow()
  expect(await demo.stored()).not.toContain('ac_')
  await expect(page.getByText('There is no token in JavaScript to look at.')).toBeVisible()
  const [, exchange] = demo.sent()
  expect(await demo.wire.credentialsOf(exchange!)).toEqual(['X-CSRF-Token: unknown: 1'])
  expect((await exchange?.request.allHeaders())?.['idempotency-key']).toBe((JSON.parse(exchange?.body ?? '') as { readonly state: string }).state)
})

const refusals = [
  { form: 'session', button: 'Deny' },
  { form: 'token', button: 'Cancel' },
]

for (const { form, button } of refusals) {
  test(`${button} at the provider is said in words, nothing is exchanged, and one can try again (${form})`, async ({ demo, page }) => {
    await demo.open(path, { form })
    await demo.button('Sign in').click()
    if (button === 'Deny') await demo.signInAtProvider('ada', 'Deny')
    else await page.getByRole('button', { name: button }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign-in cancelled')
    await expect(page.getByRole('alert')).toContainText('You cancelled the sign-in.')
    expect(page.url()).not.toMatch(/error=|state=/)
    expect(demo.lines().filter((line) => line.includes('/backend/'))).toEqual([])

    await demo.button('Try again').click()
    await demo.signInAtProvider('ada')
    await expect(demo.status).toContainText('Signed in ')
    expect(new URL(page.url()).pathname).toBe(path)
  })
}

test('CB-02 a tampered state is refused without an exchange, and the real callback still works', async ({ demo, page }) => {
  const untampered = await demo.tamper({ state: 'tampered' })
  await demo.open(path, { form: 'token' })
  await demo.button('Sign in').click()
  await demo.signInAtProvider('ada')
  await expect(page.getByRole('alert')).toContainText('This tab did not start this sign-in')
  await expect.poll(() => demo.lines()).toEqual([])

  await page.goto(await untampered())
  await expect(demo.status).toHaveText('Signed in with a token for account 1001.')
  await expect.poll(() => demo.lines()).toEqual(['POST /backend/token {code redirect_uri code_verifier state} 200'])
})

test('with the token, the account beside it is shown; CB-05 the same callback address again exchanges nothing', async ({ demo, page }) => {
  const callback = page.waitForRequest(/\/backend-code\/callback\?/)
  await demo.open(path, { form: 'token', storage: 'session' })
  await demo.button('Sign in').click()
  await demo.signInAtProvider('ada')
  await expect(demo.status).toHaveText('Signed in with a token for account 1001.')
  await expect(page.getByRole('definition').filter({ hasText: /^1001$/ })).toBeVisible()
  await expect(demo.button('Refresh now')).toBeDisabled()

  await page.goto((await callback).url())
  await expect(demo.status).toHaveText('Signed in with a token for account 1001.')
  await expect.poll(() => demo.lines()).toEqual(['POST /backend/token {code redirect_uri code_verifier state} 200'])
})

test('@dev StrictMode: one exchange, though React runs every effect twice', async ({ demo }) => {
  await demo.open(path, { form: 'token' })
  await demo.button('Sign in').click()
  await demo.signInAtProvider('ada')
  await expect(demo.status).toHaveText('Signed in with a token for account 1001.')
  await expect.poll(() => demo.lines()).toEqual(['POST /backend/token {code redirect_uri code_verifier state} 200'])
})
