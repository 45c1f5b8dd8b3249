import { expect, test } from './demo.ts'

const path = '/client-credentials'

test('RFC 6749 §2.3.1: name and secret are form-urlencoded before base64', async ({ demo, page }) => {
  await demo.open(path, { machine: 'machine-reader', lifetime: '60' })
  await demo.button('Sign in').click()
  await expect(demo.status).toHaveText('Signed in as the machine that may only read.')
  const [request] = demo.sent()
  expect(request?.request.headers()['authorization']).toBe(`Basic ${Buffer.from('machine-reader:p%3A%C3%A4%25reader').toString('base64')}`)
  expect(request?.body).toBe('grant_type=client_credentials')
  await expect.poll(() => demo.lines()).toEqual(['POST /oauth/v2/token?lifetime=60 (grant_type=client_credentials) 200'])
  await expect(page.getByRole('definition').filter({ hasText: /^machine-reader$/ })).toBeVisible()
})

test('with the secret in the body, there is none in a header; the scope is what the answer says', async ({ demo, page }) => {
  await demo.open(path, { secret: 'body' })
  await demo.button('Sign in').click()
  await expect(demo.status).toHaveText('Signed in as the machine.')
  const [request] = demo.sent()
  expect(await demo.wire.credentialsOf(request!)).toEqual([])
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'machine',
    client_secret: 'machine-secret',
  })
  await expect.poll(() => demo.lines()).toEqual(['POST /oauth/token (grant_type=client_credentials client_id client_secret) 200'])
  await expect(page.getByRole('definition').filter({ hasText: /^read:resources write:resources$/ })).toBeVisible()
})

test('a machine that the server does not accept is said in words', async ({ demo, page }) => {
  await page.route('**/oauth/v2/token*', (route) => route.continue({ headers: { ...route.request().headers(), authorization: `Basic ${btoa('machine:wrong')}` } }))
  await demo.open(path)
  await demo.button('Sign in').click()
  await expect(page.getByRole('alert')).toHaveText('The server does not accept this machine: wrong name or secret.')
  await expect(demo.status).toHaveText('Nobody is signed in.')
})
