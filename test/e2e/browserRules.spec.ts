import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type Demo } from './demo.ts'
import { methods, signInAs } from './methods.ts'

const advice = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8')

/** The policy that the documentation advises, for an app whose provider and API are the identity server. */
function advisedPolicy({ identityOrigin }: Demo): string {
  const policy = /^Content-Security-Policy: (.+)$/m.exec(advice)?.[1] ?? ''
  expect(policy).toContain("require-trusted-types-for 'script'")
  return policy.replace('https://id.example https://api.example', identityOrigin)
}

const strictest = ({ identityOrigin }: Demo): string =>
  `script-src 'self'; worker-src 'self'; connect-src 'self' ${identityOrigin}; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'`

/**
 * Has the demo's pages sent with a policy; gives what breaks it, in whichever page. Those that a redirect leads to pass by here: they
 * have the policy of the preview (vite.config.ts).
 */
async function enforce(demo: Demo, policy: string): Promise<readonly string[]> {
  const violations: string[] = []
  const context = demo.page.context()
  // Of a page that is sent from here the browser does not know that it is of this machine.
  await context.grantPermissions(['local-network-access'])
  await context.exposeFunction('noteViolation', (text: string) => void violations.push(text))
  await context.addInitScript(() => {
    const note = (event: SecurityPolicyViolationEvent): void => (window as unknown as { noteViolation: (text: string) => void }).noteViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)
    document.addEventListener('securitypolicyviolation', note)
  })
  await context.route(`${demo.demoOrigin}/**`, async (route) => {
    if (route.request().resourceType() !== 'document') return route.fallback()
    const response = await route.fetch()
    return route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
  })
  return violations
}

for (const method of methods) {
  const { name, path, settings } = method
  test(`SS-10 ${name} works under the policy that the documentation advises: nothing breaks it, and something that does is noticed`, async ({ demo, page }) => {
    const violations = await enforce(demo, advisedPolicy(demo))
    await demo.open(path, { ...settings, storage: 'session' })
    await signInAs(demo, method)
    expect(await demo.call('Call the API')).toBe(200)
    await page.reload()
    await expect(demo.status).toHaveText(method.signedIn.ada)
    await method.signOut(demo)
    expect(violations).toEqual([])
    await page.evaluate(() => {
      try {
        document.body.innerHTML = '<b></b>'
      } catch {
        // As it should be.
      }
    })
    await expect.poll(() => violations.join()).toContain('require-trusted-types-for')
  })
}

test('SS-10 with tabs, a copy, a popup and a refresh, under a policy that allows no type at all', async ({ demo, page, context }) => {
  const violations = await enforce(demo, strictest(demo))
  await demo.open('/authorization-code', { storage: 'shared', lifetime: '8', window: 'popup' })
  const opened = context.waitForEvent('page')
  await demo.button('Sign in').click()
  const popup = await opened
  await demo.signInAtProvider('ada', 'Allow', popup)
  await expect(demo.status).toContainText('Signed in as Ada Lovelace')
  const other = await demo.beside()
  await other.open('/authorization-code', { storage: 'shared', lifetime: '8' })
  await expect(other.status).toContainText('Signed in as Ada Lovelace')
  const before = demo.tokenRequests().length + other.tokenRequests().length
  await expect.poll(() => demo.tokenRequests().length + other.tokenRequests().length, { timeout: 15_000 }).toBeGreaterThan(before)
  expect(violations).toEqual([])
  expect(await page.evaluate(() => document.querySelectorAll('iframe').length)).toBe(0)
})

test('CB-20 what the callback page loads before its address is clean is told no address: the demo does as the documentation advises', async ({ demo, page }) => {
  expect(advice).toContain('Send `Referrer-Policy: no-referrer` with the callback page, and put no third-party script, pixel or font there.')
  // An image that the parser meets before the first script has run.
  await page.addInitScript(() => {
    if (!location.pathname.endsWith('/callback')) return
    new MutationObserver((_, observer) => {
      if (document.querySelector('script') === null) return
      observer.disconnect()
      new Image().src = `/early.png?${location.search.includes('code=') ? 'unclean' : 'clean'}`
    }).observe(document, { childList: true, subtree: true })
  })
  const early = page.waitForRequest(/\/early\.png/)
  const referrers: string[] = []
  page.on('request', (request) => {
    if (request.frame().url().includes('/callback') && request.resourceType() !== 'document') referrers.push(request.headers()['referer'] ?? '')
  })
  await page.goto('/authorization-code')
  await demo.signInByRedirect()
  expect(new URL((await early).url()).search).toBe('?unclean')
  expect((await (await early).allHeaders())['referer']).toBeUndefined()
  expect(referrers.length).toBeGreaterThan(1)
  expect([...new Set(referrers)]).toEqual([''])
})

test('CB-21 what a page cannot clean keeps the code, as the documentation says, and that code is of no use any more', async ({ demo, page }) => {
  expect(advice).toMatch(/`performance\.getEntriesByType\('navigation'\)\[0\]\.name`\*\* keeps the address as it was for the life of the page/)
  await page.goto('/authorization-code')
  await demo.signInByRedirect()
  const [shown, kept] = await page.evaluate(() => [location.href, performance.getEntriesByType('navigation')[0]?.name ?? ''])
  expect(shown).not.toContain('code=')
  const code = new URL(kept).searchParams.get('code') ?? ''
  expect(code).not.toBe('')
  const redirectUri = new URL(kept).origin + new URL(kept).pathname
  for (const verifier of [undefined, 'v'.repeat(43)]) {
    const form = { grant_type: 'authorization_code', client_id: 'demo-60s', redirect_uri: redirectUri, code, ...(verifier !== undefined && { code_verifier: verifier }) }
    const answer = await page.request.post(`${demo.identityOrigin}/token`, { form, headers: { origin: demo.demoOrigin } })
    expect(answer.status()).toBe(400)
    expect(await answer.text()).not.toContain('access_token')
  }
})

for (const storage of ['memory', 'session', 'shared'] as const) {
  test(`ST-16 no token is in a cookie that a script could write, with the storage ${storage}`, async ({ demo, page, context }) => {
    await demo.open('/password', { storage, lifetime: '8' })
    await demo.signInByPassword()
    const before = demo.tokenRequests().length
    await expect.poll(() => demo.tokenRequests().length, { timeout: 15_000 }).toBeGreaterThan(before)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect((await context.cookies()).filter(({ httpOnly }) => !httpOnly)).toEqual([])
    expect(demo.wire.secretsIn(JSON.stringify(await context.cookies()))).toEqual([])
  })
}
