import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { consentPage } from './pages/consentPage.ts'
import { errorPage } from './pages/errorPage.ts'
import { ada, createClient } from './testing/createClient.ts'
import { demoOrigin, startServer } from './testing/startServer.ts'

const server = await startServer()

test('every page allows only its own style and script, by their hashes', async () => {
  const client = createClient(server)
  const login = await client.authorize()
  const consent = await client.browser.submit(login, { ...ada, decision: 'sign-in' })
  const { json } = await client.redeem(await client.browser.submit(consent, { decision: 'allow' }))
  const signOut = await client.browser.open(`${server.origin}/session/end?id_token_hint=${String(json.id_token)}`)
  const stranger = createClient(server)
  const selfSent = await stranger.browser.open(`${server.origin}/session/end`)
  const missing = await client.browser.open(`${server.origin}/nothing`)
  const stale = await client.browser.open(login.url)

  for (const { html, headers } of [login, consent, signOut, selfSent, missing, stale]) {
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain(`form-action 'self' ${demoOrigin}`)
    expect(policy).not.toContain('unsafe')
    for (const [, name, content = ''] of html.matchAll(/<(style|script)>([^]*?)<\/\1>/g)) {
      const digest = createHash('sha256').update(content).digest('base64')
      const directive = policy.split(';').find((part) => part.trim().startsWith(`${name}-src `))
      expect(directive).toContain(`'sha256-${digest}'`)
    }
    expect(html).not.toMatch(/ (style|on\w+)=/)
  }
})

test('an answer that is no page has no Content Security Policy', async () => {
  const { headers } = await fetch(`${server.origin}/.well-known/openid-configuration`)
  expect(headers.get('content-security-policy')).toBeNull()
})

test('values are escaped', async () => {
  const hostile = `"><script>alert('x')</script>`
  const names = { action: hostile, clientName: hostile, name: hostile, email: hostile }
  const consent = String(await consentPage({ ...names, offered: ['openid'], refused: ['write:resources'] }))
  const error = String(await errorPage({ demoOrigin, code: hostile, description: hostile }))
  for (const page of [consent, error]) {
    expect(page).not.toContain('<script>')
    expect(page).toContain('&lt;script&gt;')
  }
})
