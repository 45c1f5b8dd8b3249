import { expect, test } from './demo.ts'

const path = '/authorization-code'

test('signs in by redirect and comes back to where the person was, query and all', async ({ demo, page }) => {
  await page.goto(`${path}?lifetime=3600&storage=session&from=mail`)
  await demo.signInByRedirect()
  expect(new URL(page.url()).pathname).toBe(path)
  expect(new URL(page.url()).searchParams.get('from')).toBe('mail')
  expect(page.url()).not.toMatch(/code=|state=/)
  await expect(page.getByText('ada@example.com').first()).toBeVisible()
})

test('PAR: what is asked for is pushed, and the address says no more than where it was pushed to', async ({ demo, page }) => {
  await page.goto(path)
  await demo.signInByRedirect()
  const pushed = demo.sent().find(({ what }) => what === 'POST /request')
  expect(Object.fromEntries(new URLSearchParams(pushed?.body))).toEqual({
    response_type: 'code',
    client_id: 'demo-60s',
    redirect_uri: `${demo.demoOrigin}${path}/callback`,
    scope: 'openid profile email offline_access read:resources write:resources',
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
  })
  expect(demo.wire.opened[0]).toBe('GET /auth?client_id&request_uri')
})

test('plain OAuth: the endpoints that were named, no discovery, no nonce and no ID token', async ({ demo }) => {
  await demo.open(path, { server: 'oauth' })
  await demo.signInByRedirect()
  expect(demo.wire.opened[0]).toBe('GET /oauth/authorize?response_type&client_id&redirect_uri&scope&state&code_challenge&code_challenge_method')
  await expect.poll(() => demo.lines()).toEqual(['POST /oauth/token (redirect_uri code code_verifier grant_type=authorization_code client_id) 200'])
  expect(() => demo.secret('id_token')).toThrow()

  await demo.signOut()
  expect(demo.wire.opened.filter((page) => page.includes('/session/end'))).toEqual([])
})

test('UserInfo is asked at the sign-in with the new token, and again when the person asks', async ({ demo, page }) => {
  await page.goto(path)
  await demo.signInByRedirect()
  const asked = () => demo.sent().filter(({ what }) => what === 'GET /v1/userinfo')
  expect(asked()).toHaveLength(1)
  expect(await demo.wire.credentialsOf(asked()[0]!)).toEqual(['Authorization: Bearer access_token'])
  await demo.button('Ask UserInfo').click()
  await expect(page.locator('.answer-line')).toContainText('200')
  await expect(page.locator('.answer-line')).toContainText('Ask UserInfo')
  expect(asked()).toHaveLength(2)
})

test('the sign-out leaves for the end of the session at the provider, which asks for the password next time', async ({ demo, page }) => {
  await page.goto(path)
  await demo.signInByRedirect()
  await demo.signOutAtProvider()
  await expect(page).toHaveURL(path)
  const end = demo.wire.opened.filter((opened) => opened.includes('/session/end'))
  expect(end).toEqual(['GET /session/end?client_id&post_logout_redirect_uri&id_token_hint', 'POST /session/end/confirm'])
  await demo.signInByRedirect('bob')
})

test('refused consent lands on a friendly page with a way to try again, and in no redirect loop', async ({ demo, page }) => {
  let authorizations = 0
  page.on('request', (request) => void (new URL(request.url()).pathname === '/auth' && authorizations++))
  await page.goto(path)
  await demo.button('Sign in').click()
  await demo.signInAtProvider('ada', 'Deny')
  await expect(page.getByRole('alert')).toContainText('You cancelled the sign-in.')
  expect(page.url()).not.toMatch(/error=|state=/)
  await page.reload()
  await expect(demo.button('Try again')).toBeVisible()
  expect(authorizations).toBe(1)
  expect(demo.tokenRequests()).toEqual([])

  await demo.button('Try again').click()
  await page.getByRole('button', { name: 'Allow' }).click()
  await expect(demo.status).toContainText('Signed in as Ada Lovelace')
  expect(new URL(page.url()).pathname).toBe(path)
})

test('CB-02 a tampered state is refused without a token request, and the real callback still works', async ({ demo, page }) => {
  const untampered = await demo.tamper({ state: 'tampered' })
  await page.goto(path)
  await demo.button('Sign in').click()
  await demo.signInAtProvider('ada')
  await expect(page.getByRole('alert')).toContainText('This tab did not start this sign-in')
  await expect(demo.button('Try again')).toBeVisible()
  expect(demo.tokenRequests()).toEqual([])

  await page.goto(await untampered())
  await expect(demo.status).toContainText('Signed in as Ada Lovelace')
  expect(demo.tokenRequests()).toHaveLength(1)
})

test('CB-13 an answer that names another issuer is refused without a token request', async ({ demo, page }) => {
  await demo.tamper({ iss: 'https://evil.example' })
  await page.goto(path)
  await demo.button('Sign in').click()
  await demo.signInAtProvider('ada')
  await expect(page.getByRole('alert')).toContainText('does not come from the identity server that was asked')
  expect(demo.tokenRequests()).toEqual([])
})

for (const storage of ['session', 'memory'] as const) {
  test(`CB-05 the same callback address again does not break (${storage})`, async ({ demo, page }) => {
    const callback = page.waitForRequest(/\/authorization-code\/callback\?/)
    await page.goto(`${path}?storage=${storage}&lifetime=3600`)
    await demo.signInByRedirect()
    await page.goto((await callback).url())
    if (storage === 'session') {
      await expect(demo.status).toContainText('Signed in as Ada Lovelace')
      expect(new URL(page.url()).pathname).toBe(path)
    } else {
      await expect(page.getByRole('alert')).toContainText('completed before')
      await demo.button('Try again').click()
      await expect(demo.status).toContainText('Signed in as Ada Lovelace')
    }
    expect(demo.tokenRequests()).toHaveLength(storage === 'session' ? 1 : 2)
    expect(demo.tokenRequests().every(({ status }) => status === 200)).toBe(true)
  })
}

test('the callback page reloaded while the code is being exchanged does not break', async ({ demo, page }) => {
  await page.goto(`${path}?storage=session`)
  let exchanges = 0
  await page.route('**/token', async (route) => {
    // The page is reloaded before the answer to its first exchange is there: the answer is lost.
    if (++exchanges === 1) return page.reload().catch(() => {}) as Promise<void>
    return route.continue()
  })
  await demo.button('Sign in').click()
  await demo.signInAtProvider('ada')
  await expect(demo.button('Try again')).toBeVisible()
  await demo.button('Try again').click()
  await expect(demo.status).toContainText('Signed in as Ada Lovelace')
})

test('@dev StrictMode: one code exchange and one refresh, though React runs every effect twice', async ({ demo, page }) => {
  await page.goto(`${path}?lifetime=3600`)
  await demo.signInByRedirect()
  await demo.button('Refresh now').click()
  await expect(page.getByRole('listitem').filter({ hasText: 'refreshed' }).first()).toBeVisible()
  await expect.poll(() => demo.lines().filter((line) => line.startsWith('POST /token'))).toEqual([
    'POST /token (redirect_uri code code_verifier grant_type=authorization_code client_id) 200',
    'POST /token (refresh_token grant_type=refresh_token client_id) 200',
  ])
})
