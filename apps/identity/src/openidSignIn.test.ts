import { createRemoteJWKSet, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { ada, allScopes, bob, createClient } from './testing/createClient.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()

const keys = createRemoteJWKSet(new URL(`${server.origin}/jwks`))

function verify(token: unknown, audience: string) {
  return jwtVerify(String(token), keys, { issuer: server.origin, audience })
}

test('signs in through the login and consent pages and issues tokens', async () => {
  const client = createClient(server)
  const login = await client.authorize()
  expect(login.status).toBe(200)
  expect(login.html).toContain('<h1>Sign in</h1>')

  const consent = await client.browser.submit(login, { ...ada, decision: 'sign-in' })
  expect(consent.html).toContain('<h1>Allow access?</h1>')
  expect(consent.html).toContain('<strong>Tessera demo</strong>')

  const callback = await client.browser.submit(consent, { decision: 'allow' })
  expect(callback.url.href).toContain(`${demoOrigin}/authorization-code/callback?`)
  expect(callback.url.searchParams.get('state')).toBe('the-state')
  expect(callback.url.searchParams.get('iss')).toBe(server.origin)

  const { status, json } = await client.redeem(callback)
  expect(status).toBe(200)
  expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
  expect(json.refresh_token).toEqual(expect.any(String))

  const access = await verify(json.access_token, `${server.origin}/v1`)
  expect(access.protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
  expect(access.payload).toMatchObject({ sub: 'ada', scope: 'read:resources write:resources' })
  const id = await verify(json.id_token, 'demo-1h')
  expect(id.payload).toMatchObject({ sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', nonce: 'the-nonce' })
})

test('leaves what is known of the person out of the ID token when its scopes are not granted', async () => {
  const { json } = await createClient(server).signIn(ada, { scope: 'openid read:resources' })
  const { payload } = await verify(json.id_token, 'demo-1h')
  for (const claim of ['name', 'email', 'phone_number', 'address']) expect(payload).not.toHaveProperty(claim)
})

test('tells phone and address when their scopes are granted, which the person is asked for in words', async () => {
  const client = createClient(server)
  const consent = await client.browser.submit(await client.authorize({ scope: 'openid phone address' }), { ...ada, decision: 'sign-in' })
  expect(consent.html).toMatch(/See your phone number[^]*See your postal address/)
  const { json } = await client.redeem(await client.browser.submit(consent, { decision: 'allow' }))
  const { payload } = await verify(json.id_token, 'demo-1h')
  expect(payload).toMatchObject({ sub: 'ada', phone_number: '+44 20 7946 0018', address: { formatted: '12 St James’s Square, London' } })
  expect(payload).not.toHaveProperty('email')
})

test('refuses an authorization request without PKCE', async () => {
  const page = await createClient(server).authorize({ code_challenge: '', code_challenge_method: '' })
  expect(page.url.searchParams.get('error')).toBe('invalid_request')
})

test('refuses a wrong code verifier', async () => {
  const client = createClient(server)
  const callback = await client.answer(await client.authorize(), ada)
  await client.authorize()
  expect(await client.redeem(callback)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
})

test('shows an error page for an unregistered redirect URI', async () => {
  const page = await createClient(server).authorize({ redirect_uri: 'http://localhost:6666/callback' })
  expect(page.status).toBe(400)
  expect(page.html).toContain('invalid_redirect_uri')
})

test('asks again after a wrong password, with an alert and the email kept', async () => {
  const client = createClient(server)
  const login = await client.authorize()
  const again = await client.browser.submit(login, { email: ada.email, password: 'wrong', decision: 'sign-in' })
  expect(again.status).toBe(200)
  expect(again.html).toContain('role="alert">Wrong email or password.')
  expect(again.html).toContain('value="ada@example.com"')
  expect(again.html).toMatch(/<input id="password"[^>]* autofocus>/)

  const unknown = await client.browser.submit(again, { email: '"><b>', password: 'wrong', decision: 'sign-in' })
  expect(unknown.html).toContain('role="alert">Wrong email or password.')
  expect(unknown.html).toContain('value="&quot;&gt;&lt;b&gt;"')

  expect((await client.answer(unknown, ada)).url.searchParams.has('code')).toBe(true)
})

test('fills in the email of the login hint', async () => {
  const page = await createClient(server).authorize({ login_hint: 'bob@example.com' })
  expect(page.html).toContain('value="bob@example.com"')
})

test('Cancel goes back with access_denied', async () => {
  const client = createClient(server)
  const { url } = await client.browser.submit(await client.authorize(), { decision: 'cancel' })
  expect(url.origin).toBe(demoOrigin)
  const { error, state, iss } = Object.fromEntries(url.searchParams)
  expect({ error, state, iss }).toEqual({ error: 'access_denied', state: 'the-state', iss: server.origin })
})

test('Deny goes back with access_denied', async () => {
  const client = createClient(server)
  const { url } = await client.answer(await client.authorize(), { ...ada, consent: 'deny' })
  expect(url.origin).toBe(demoOrigin)
  const { error, state, iss } = Object.fromEntries(url.searchParams)
  expect({ error, state, iss }).toEqual({ error: 'access_denied', state: 'the-state', iss: server.origin })
})

test('signs in at once while the session lasts, without asking', async () => {
  const client = createClient(server)
  await client.signIn(ada)
  expect((await client.authorize()).url.searchParams.has('code')).toBe(true)
  expect((await client.authorize({ prompt: 'none' })).url.searchParams.has('code')).toBe(true)
})

test('prompt=none fails without a session', async () => {
  const { url } = await createClient(server).authorize({ prompt: 'none' })
  expect(url.searchParams.get('error')).toBe('login_required')
  expect(url.searchParams.get('iss')).toBe(server.origin)
})

test('asks for consent only when the grant does not cover the request', async () => {
  const client = createClient(server)
  await client.signIn(ada, { scope: 'openid read:resources' })
  expect((await client.authorize({ prompt: 'none' })).url.searchParams.get('error')).toBe('consent_required')
  expect((await client.authorize()).html).toContain('Allow access?')
  expect((await client.authorize({ scope: 'openid' })).url.searchParams.has('code')).toBe(true)
})

test('prompt=consent asks again', async () => {
  const client = createClient(server)
  await client.signIn(ada)
  const consent = await client.authorize({ prompt: 'consent', scope: `${allScopes} offline_access` })
  expect(consent.html).toContain('Keep access while you are away')
  expect((await client.browser.submit(consent, { decision: 'allow' })).url.searchParams.has('code')).toBe(true)
})

test('prompt=login asks again and knows who is signed in', async () => {
  const client = createClient(server)
  await client.signIn(ada)
  const login = await client.authorize({ prompt: 'login' })
  expect(login.html).toContain('<h1>Sign in</h1>')
  expect(login.html).toContain('value="ada@example.com"')
  expect((await client.answer(login, ada)).url.searchParams.has('code')).toBe(true)
})

test('prompt=login lets another person sign in', async () => {
  const client = createClient(server)
  await client.signIn(ada)
  const login = await client.authorize({ prompt: 'login' })
  // oidc-provider ends the session of the first person by a form that sends itself.
  const switching = await client.browser.submit(login, { ...bob, decision: 'sign-in' })
  const consent = await client.browser.submit(switching, {})
  const { json } = await client.redeem(await client.browser.submit(consent, { decision: 'allow' }))
  expect((await verify(json.id_token, 'demo-1h')).payload.sub).toBe('bob')
})

test('Bob does not get the write scope, and is not asked for it twice', async () => {
  const client = createClient(server)
  const consent = await client.browser.submit(await client.authorize(), { ...bob, decision: 'sign-in' })
  expect(consent.html).toContain('Bob Martin may not change resources')
  expect(consent.html).toContain('<li>Read your resources</li>')
  expect(consent.html).not.toContain('<li>Add and change resources</li>')
  const { json } = await client.redeem(await client.browser.submit(consent, { decision: 'allow' }))
  expect((await verify(json.access_token, `${server.origin}/v1`)).payload.scope).toBe('read:resources')
  expect((await client.authorize()).url.searchParams.has('code')).toBe(true)
})

test('a page that was already used is out of date', async () => {
  const client = createClient(server)
  const login = await client.authorize()
  await client.answer(login, ada)
  const stale = await client.browser.submit(login, { ...ada, decision: 'sign-in' })
  expect(stale.status).toBe(400)
  expect(stale.html).toContain('out of date')
})

test('a cookie opens the page of its own sign-in only', async () => {
  const first = await createClient(server).authorize()
  const second = await createClient(server).authorize()
  const cookie = first.setCookies.map((line) => line.split(';')[0]).join('; ')
  expect((await fetch(first.url, { headers: { cookie } })).status).toBe(200)
  expect((await fetch(second.url, { headers: { cookie } })).status).toBe(400)
})

test('a page does not open in another browser', async () => {
  const { url } = await createClient(server).authorize()
  expect((await createClient(server).browser.open(url)).status).toBe(400)
})
