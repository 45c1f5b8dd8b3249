import { expect, test } from 'vitest'
import { createActivityLog } from './activityLog.ts'
import { callApi } from './testing/callApi.ts'
import { ada, createClient } from './testing/createClient.ts'
import { startServer } from './testing/startServer.ts'

const server = await startServer()

test('one line tells time, action, user, place and outcome', () => {
  const lines: string[] = []
  createActivityLog((line) => lines.push(line))({ action: 'refresh', user: 'ada', where: 'demo-8s', outcome: 'a\nb' })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} +refresh +ada +demo-8s +a b$/)
})

test('tells each step of both doors, and never a token, code or password', async () => {
  const client = createClient(server, 'demo-60s')
  const again = await client.answer(await client.authorize(), { ...ada, email: 'my-secret' })
  const callback = await client.answer(again, ada)
  const openid = await client.redeem(callback)
  const refreshed = await client.refresh(openid.json.refresh_token)
  await client.refresh(openid.json.refresh_token)
  const password = await callApi(server, 'POST /v1/auth/login', { body: ada })
  await callApi(server, 'POST /v1/auth/login', { body: { email: 'my-secret', password: 'wrong-secret' } })
  await callApi(server, 'POST /v1/auth/refresh', { body: { refresh_token: password.json.refresh_token } })
  await callApi(server, 'GET /v1/resources', { token: password.json.access_token })

  const told = server.lines.map((line) => line.split(/ {2,}/).slice(1).join(' | '))
  expect(told).toEqual([
    'sign in | - | demo-60s | wrong email or password',
    'sign in | ada | demo-60s | ok',
    'consent | ada | demo-60s | allowed',
    'authorize | ada | demo-60s | code issued',
    'redeem code | ada | demo-60s | tokens issued',
    'refresh | ada | demo-60s | tokens issued',
    'revoke | ada | demo-60s | grant and its tokens revoked',
    'refresh | ada | demo-60s | invalid_grant: refresh token already used',
    'sign in | ada | POST /v1/auth/login | tokens issued',
    'sign in | - | POST /v1/auth/login | wrong email or password',
    'refresh | ada | POST /v1/auth/refresh | tokens issued',
    'call | ada | GET /v1/resources | 200',
  ])
  const secrets = [openid, refreshed, password].flatMap(({ json }) => [json.access_token, json.refresh_token])
  const log = server.lines.join('\n')
  for (const secret of [...secrets, openid.json.id_token, callback.url.searchParams.get('code')]) {
    expect(log).not.toContain(secret)
  }
  expect(log).not.toMatch(/secret|correct-horse/)
})
