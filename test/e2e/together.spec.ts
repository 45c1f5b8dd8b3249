import type { Locator } from '@playwright/test'
import { expect, test, type Demo } from './demo.ts'

/** One of the two on the page. */
function twin({ page }: Demo, title: string) {
  const part: Locator = page.locator('.twin').filter({ has: page.getByRole('heading', { name: title }) })
  return {
    status: part.getByRole('status'),
    answered: (answer: RegExp) => expect(part.locator('.answer-line')).toHaveText(answer),
    button: (name: string) => part.getByRole('button', { name, exact: true }),
    field: (label: string) => part.getByLabel(label, { exact: true }),
  }
}

test.describe('two at once', () => {
  test('a person and a device: each call carries its own, and signing out of one leaves the other', async ({ demo, page }) => {
    await page.goto('/two-at-once')
    const [person, device] = [twin(demo, 'A person'), twin(demo, 'A device')]
    await person.field('Password').fill('correct-horse')
    await person.button('Sign in with the password').click()
    await expect(person.status).toHaveText('Signed in as Ada Lovelace.')
    await expect(device.status).toHaveText('Nobody is signed in.')
    await device.button('Get one').click()
    await expect(device.field('API key')).not.toHaveValue('')
    await device.button('Sign in with the key').click()
    await expect(device.status).toHaveText(/^Signed in with the key …/)

    await person.button('Call the API').click()
    await person.answered(/^GET \/v1\/resources\s*200/)
    expect(await demo.wire.credentialsOf(demo.sent().at(-1)!)).toEqual(['Authorization: Bearer access_token'])
    await device.button('Call the API').click()
    await device.answered(/^GET \/v1\/resources\s*200/)
    expect(await demo.wire.credentialsOf(demo.sent().at(-1)!)).toEqual(['X-API-Key: key'])

    await person.button('Sign out').click()
    await expect(person.status).toHaveText('Nobody is signed in. You signed out.')
    await expect(device.status).toHaveText(/^Signed in with the key …/)
    await device.button('Call the admin API').click()
    await device.answered(/^GET \/v1\/admin\s*200/)
    await page.reload()
    await expect(device.status).toHaveText(/^Signed in with the key …/)
    await expect(person.status).toHaveText('Nobody is signed in.')
    await expect.poll(() => demo.lines()).toEqual([
      'POST /v1/auth/login?lifetime=60 {email password} 200',
      'POST /demo/api-key {email} 201',
      'GET /v1/resources 200',
      'GET /v1/resources 200',
      'GET /v1/resources 200',
      'POST /v1/auth/logout {refresh_token} 204',
      'GET /v1/admin 200',
    ])
  })

  test('what is revoked of the one ends the one alone', async ({ demo, page }) => {
    await page.goto('/two-at-once')
    const [person, device] = [twin(demo, 'A person'), twin(demo, 'A device')]
    await device.button('Get one').click()
    await expect(device.field('API key')).not.toHaveValue('')
    await device.button('Sign in with the key').click()
    await person.field('Password').fill('correct-horse')
    await person.button('Sign in with the password').click()
    await expect(person.status).toHaveText('Signed in as Ada Lovelace.')
    await device.button('Revoke it at the server').click()
    await expect(page.getByText('Revoked, and this page does not know it yet.')).toBeVisible()
    await device.button('Call the API').click()
    await expect(device.status).toHaveText('The session ended: the server revoked it. Sign in again to go on.')
    await expect(person.status).toHaveText('Signed in as Ada Lovelace.')
    await person.button('Call the API').click()
    await person.answered(/^GET \/v1\/resources\s*200/)
  })
})

test.describe('several', () => {
  const path = '/several'

  test('one session at a time, whichever way it came about; a reload knows which', async ({ demo, page }) => {
    await demo.open(path, { storage: 'session' })
    await demo.signInByPassword('ada', 'Sign in with the password')
    await expect(demo.status).toHaveText('Signed in as Ada Lovelace, by the method “password”.')
    for (const way of ['with the password', 'at the identity server', 'with the key']) await expect(demo.button(`Sign in ${way}`)).toBeDisabled()
    expect(await demo.call('Call the API')).toBe(200)
    expect(await demo.wire.credentialsOf(demo.sent().at(-1)!)).toEqual(['Authorization: Bearer access_token'])
    await demo.signOut()

    await demo.signInBySecret('API key', 'bob', 'Sign in with the key')
    await expect(demo.status).toHaveText(/^Signed in with the key …[\w-]{4}, by the method “key”\.$/)
    await expect(demo.button('Refresh now')).toBeDisabled()
    expect(await demo.call('Call the API')).toBe(200)
    expect(await demo.wire.credentialsOf(demo.sent().at(-1)!)).toEqual(['X-API-Key: key'])
    await page.reload()
    await expect(demo.status).toHaveText(/by the method “key”\.$/)
    await demo.signOut()

    await demo.button('Sign in at the identity server').click()
    await demo.signInAtProvider('bob')
    await expect(demo.status).toHaveText('Signed in as Bob Martin, by the method “provider”.')
    await demo.button('Refresh now').click()
    await expect(page.getByText('Done: the session is renewed.')).toBeVisible()
    expect(await demo.call('Call the admin API')).toBe(403)
    await demo.signOutAtProvider()
    expect(await demo.held()).toEqual([])

    await expect.poll(() => demo.lines()).toEqual([
      'POST /v1/auth/login?lifetime=60 {email password} 200',
      'GET /v1/resources 200',
      'POST /v1/auth/logout {refresh_token} 204',
      'POST /demo/api-key {email} 201',
      'GET /v1/resources 200',
      'GET /v1/resources 200',
      'GET /.well-known/openid-configuration 200',
      'GET /jwks 200',
      'POST /request (response_type client_id redirect_uri scope state code_challenge code_challenge_method nonce) 201',
      'POST /token (redirect_uri code code_verifier grant_type=authorization_code client_id) 200',
      'POST /token (refresh_token grant_type=refresh_token client_id) 200',
      'GET /v1/admin 403',
      'POST /token/revocation (token client_id) 200',
    ])
  })

  test('refused consent comes back to the page of all ways', async ({ demo, page }) => {
    await demo.open(path)
    await demo.button('Sign in at the identity server').click()
    await demo.signInAtProvider('ada', 'Deny')
    await expect(page.getByRole('alert')).toContainText('You cancelled the sign-in.')
    await page.getByRole('link', { name: 'Back without signing in' }).click()
    await demo.signInByPassword('ada', 'Sign in with the password')
    expect(new URL(page.url()).pathname).toBe(path)
  })
})
