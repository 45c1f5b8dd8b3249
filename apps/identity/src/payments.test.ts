import { afterEach, expect, test, vi } from 'vitest'
import { callApi } from './testing/callApi.ts'
import { ada, allScopes, bob, createClient, type Person } from './testing/createClient.ts'
import { startServer } from './testing/startServer.ts'

const server = await startServer()

afterEach(() => void vi.useRealTimers())

const client = () => createClient(server)

async function tokenOf(person: Person, extra: Readonly<Record<string, string>> = {}, by = client()): Promise<unknown> {
  return (await by.signIn(person, extra)).json.access_token
}

const pay = (token: unknown, amount: unknown) => callApi(server, 'POST /v1/payments', { token, body: { amount } })

const withPayments = { scope: `${allScopes} payments` }

test('a session as any sign-in gives it lacks the scope, and is told which', async () => {
  const { status, headers } = await pay(await tokenOf(ada), 20)
  expect(status).toBe(403)
  expect(headers.get('www-authenticate')).toBe('Bearer realm="tessera", error="insufficient_scope", scope="payments"')
})

test('with the scope, which the consent page asks for, a small sum is paid', async () => {
  const by = client()
  await by.signIn(ada)
  const consent = await by.authorize(withPayments)
  expect(consent.html).toContain('Pay with your money')
  const { json } = await by.redeem(await by.browser.submit(consent, { decision: 'allow' }))
  expect(await pay(json.access_token, 20)).toMatchObject({ status: 201, json: { amount: 20, subject: 'ada' } })
})

test('who may not pay is not given the scope', async () => {
  const by = client()
  const { html } = await by.browser.submit(await by.authorize(withPayments), { email: bob.email, password: bob.password, decision: 'sign-in' })
  expect(html).toContain('Bob Martin may not change resources or pay')
  expect(await pay(await tokenOf(bob, withPayments), 20)).toMatchObject({ status: 403 })
})

test('a large sum wants a sign-in of the last half minute, also of a token that was refreshed', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 2_000_000_000_000 })
  const by = client()
  const { json } = await by.signIn(ada, withPayments)
  expect(await pay(json.access_token, 500)).toMatchObject({ status: 201 })
  vi.setSystemTime(2_000_000_031_000)
  const refreshed = (await by.refresh(json.refresh_token)).json.access_token
  for (const token of [json.access_token, refreshed]) {
    const { status, headers } = await pay(token, 500)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe(
      'Bearer realm="tessera", error="insufficient_user_authentication", acr_values="urn:oasis:names:tc:SAML:2.0:ac:classes:Password", max_age="30"',
    )
    expect(await pay(token, 99)).toMatchObject({ status: 201 })
  }
  const again = await tokenOf(ada, { ...withPayments, max_age: '30' }, by)
  expect(await pay(again, 500)).toMatchObject({ status: 201 })
})

test('a token that does not tell when the sign-in was pays no large sum', async () => {
  const { json } = await callApi(server, 'POST /v1/auth/login', { body: ada })
  expect(await pay(json.access_token, 500)).toMatchObject({ status: 403 })
})

test.each([undefined, '20', 0, -5, 1001, null])('%j is no sum', async (amount) => {
  expect(await pay(await tokenOf(ada, withPayments), amount)).toMatchObject({ status: 400 })
})
