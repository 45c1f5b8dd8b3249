import { expect, test } from 'vitest'
import { ada, bob, createClient, type TestClient } from './testing/createClient.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()
const returnUri = `${demoOrigin}/authorization-code`

function openSignOut({ browser }: TestClient, parameters: Readonly<Record<string, string>>) {
  return browser.open(`${server.origin}/session/end?${new URLSearchParams(parameters)}`)
}

test('with a matching ID token hint it signs out without asking and returns to the client', async () => {
  const client = createClient(server)
  const { json } = await client.signIn(ada)
  const hint = { id_token_hint: String(json.id_token), post_logout_redirect_uri: returnUri, state: 'bye' }
  const page = await openSignOut(client, hint)
  expect(page.html).toContain('<script>document.forms[0].submit()</script>')
  expect(page.html).toMatch(/<noscript>.*<button>Sign out<\/button>.*<\/noscript>/)
  // What the script or the button sends: the form as it is.
  expect((await client.browser.submit(page, {})).url.href).toBe(`${returnUri}?state=bye`)

  expect((await client.authorize({ prompt: 'none' })).url.searchParams.get('error')).toBe('login_required')
  expect(await client.refresh(json.refresh_token)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
})

test('with the ID token of somebody else it asks', async () => {
  const { json } = await createClient(server).signIn(bob)
  const client = createClient(server)
  await client.signIn(ada)
  const page = await openSignOut(client, { id_token_hint: String(json.id_token), post_logout_redirect_uri: returnUri })
  expect(page.html).toContain('<h1>Sign out?</h1>')
  expect(page.html).not.toContain('<script>')
})

test('without a hint it asks, and Sign out ends the session', async () => {
  const client = createClient(server)
  await client.signIn(ada)
  const page = await openSignOut(client, {})
  expect(page.html).toContain('<h1>Sign out?</h1>')
  expect(page.html).toContain('ada@example.com')
  const end = await client.browser.submit(page, { logout: 'yes' })
  expect(end.html).toContain('<h1>You are signed out</h1>')
  expect((await client.authorize()).html).toContain('<h1>Sign in</h1>')
})

test('Stay signed in keeps the session and ends the access of the client alone', async () => {
  const client = createClient(server)
  const { json } = await client.signIn(ada)
  const end = await client.browser.submit(await openSignOut(client, { client_id: 'demo-1h' }), {})
  expect(end.html).toContain('<h1>Still signed in</h1>')
  expect(await client.refresh(json.refresh_token)).toMatchObject({ status: 400 })
  expect((await client.authorize()).html).toContain('Allow access?')
})

test('with offline_access the refresh token outlives the session', async () => {
  const client = createClient(server)
  const { json } = await client.signIn(ada, { scope: 'openid offline_access read:resources', prompt: 'consent' })
  await client.browser.submit(await openSignOut(client, { id_token_hint: String(json.id_token) }), {})
  expect((await client.authorize({ prompt: 'none' })).url.searchParams.get('error')).toBe('login_required')
  expect(await client.refresh(json.refresh_token)).toMatchObject({ status: 200 })
})

test('does not return to an address that is not registered', async () => {
  const client = createClient(server)
  const { json } = await client.signIn(ada)
  const elsewhere = { id_token_hint: String(json.id_token), post_logout_redirect_uri: 'http://localhost:6666' }
  const page = await openSignOut(client, elsewhere)
  expect(page.status).toBe(400)
  expect(page.html).toContain('post_logout_redirect_uri not registered')
})

test('nobody signed in: the form sends itself and returns to the client', async () => {
  const { json } = await createClient(server).signIn(ada)
  const client = createClient(server)
  const page = await openSignOut(client, {
    id_token_hint: String(json.id_token),
    post_logout_redirect_uri: returnUri,
  })
  expect((await client.browser.submit(page, {})).url.href).toBe(returnUri)
})
