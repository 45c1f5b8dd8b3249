import { join } from 'node:path'
import { expect, test as base, type Frame, type Page } from '@playwright/test'
import { buildScript } from '../buildScript.ts'
import { createSite, type Site } from './site.ts'

let script: Promise<string> | undefined

const test = base.extend<{ input: string; site: Site }>({
  input: [join(import.meta.dirname, 'page.ts'), { option: true }],
  site: async ({ input }, use) => {
    script ??= buildScript(input)
    const site = await createSite(await script)
    await use(site)
    await site.stop()
  },
})

const addressOf = ({ port, issuer }: Site, { query = '', path = '/' } = {}): string =>
  `http://localhost:${port}${path}?issuer=${encodeURIComponent(issuer)}${query}`

async function found(where: Page | Frame): Promise<readonly string[]> {
  await where.locator('html[data-ready]').waitFor({ state: 'attached' })
  return (await where.evaluate(() => window.diagnose())).map(({ code, severity }) => `${severity} ${code}`)
}

/** The page within another: as an attacker, or as an app that is meant to have it. */
async function framed(page: Page, src: string, { outer = new URL(src).origin, sandbox = '' } = {}): Promise<Frame> {
  await page.goto(`${outer}/outer?${new URLSearchParams({ src, sandbox }).toString()}`)
  const frame = page.frames().at(-1)
  if (frame === undefined) throw new Error('There is no frame.')
  return frame
}

test('nothing is found where nothing is wrong', async ({ page, site }) => {
  await page.goto(addressOf(site))
  expect(await found(page)).toEqual([])
})

test.describe('TR-27: what all reads "Failed to fetch"', () => {
  test('the policy of the page', async ({ page, site }) => {
    site.pageHeaders = { 'content-security-policy': "default-src 'self'" }
    await page.goto(addressOf(site))
    const [finding, ...others] = await page.evaluate(() => window.diagnose())
    expect(finding).toMatchObject({ code: 'csp_blocked', cure: expect.stringContaining(`Add ${site.issuer} to connect-src`) })
    expect(others).toEqual([])
  })

  test('a policy that only reports blocks nothing', async ({ page, site }) => {
    site.pageHeaders = { 'content-security-policy-report-only': "connect-src 'none'" }
    await page.goto(addressOf(site))
    expect(await found(page)).toEqual([])
  })

  test('a policy that lets nothing out to the own origin', async ({ page, site }) => {
    site.pageHeaders = { 'content-security-policy': `connect-src ${site.issuer}` }
    await page.goto(addressOf(site))
    expect(await found(page)).toEqual(['error csp_blocked'])
  })

  test('no CORS, though not for the metadata alone', async ({ page, site }) => {
    for (const path of ['/.well-known/openid-configuration', '/token', '/jwks']) {
      site.fault = ({ url }, response) => {
        if (url !== path) return false
        response.writeHead(200, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }).end('{}')
        return true
      }
      await page.goto(addressOf(site))
      const [finding, ...others] = await page.evaluate(() => window.diagnose())
      expect(finding).toMatchObject({ code: 'cors_blocked', message: expect.stringContaining(path) })
      expect(others).toEqual([])
    }
  })

  test('a redirect', async ({ page, site }) => {
    site.fault = (_, response) => {
      response.writeHead(301, { location: '/elsewhere', 'access-control-allow-origin': '*' }).end()
      return true
    }
    await page.goto(addressOf(site))
    expect(await found(page)).toEqual(['error redirected'])
  })

  test('a connection that is cut, and a name that nobody has', async ({ page, site }) => {
    site.fault = ({ socket }) => {
      socket.destroy()
      return true
    }
    await page.goto(addressOf(site))
    expect(await found(page)).toEqual(['error unreachable'])
    await page.goto(addressOf({ ...site, issuer: 'https://nowhere.invalid' }))
    expect(await found(page)).toEqual(['error unreachable'])
  })

  test('offline', async ({ page, site, context }) => {
    await page.goto(addressOf(site))
    await page.locator('html[data-ready]').waitFor({ state: 'attached' })
    await context.setOffline(true)
    expect(await found(page)).toEqual(['warning offline'])
  })
})

test('TM-07: a clock that is apart from that of the page’s own server', async ({ page, site }) => {
  site.aheadMs = 600_000
  await page.goto(addressOf(site))
  const [finding] = await page.evaluate(() => window.diagnose())
  expect(finding).toMatchObject({ code: 'clock_wrong', message: expect.stringMatching(/(599|600|601) s behind/) })
})

test('PO-13: in a frame of another origin no login begins, unless that is allowed', async ({ page, site }) => {
  const frame = await framed(page, addressOf(site), { outer: site.issuer })
  expect(await found(frame)).toEqual(['error framed'])
  expect(await frame.evaluate(() => window.tryLogin())).toBe('unsupported_request')
  const allowed = await framed(page, addressOf(site, { query: '&allowFraming' }), { outer: site.issuer })
  expect(await found(allowed)).toEqual(['warning framed'])
  expect(await allowed.evaluate(() => window.tryLogin())).toBe('')
})

test('PO-13: a frame of this origin is none', async ({ page, site }) => {
  const frame = await framed(page, addressOf(site))
  expect(await found(frame)).toEqual([])
})

test('a sandbox without an origin: neither storage nor what tabs need', async ({ page, site }) => {
  const frame = await framed(page, addressOf(site), { sandbox: 'sandbox="allow-scripts"' })
  expect([...new Set(await found(frame))].sort()).toEqual(['error framed', 'error storage_blocked', 'warning tabs_degraded'])
})

test('SS-11: two copies of the library on a page are told of', async ({ page, site }) => {
  const warnings: string[] = []
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
  await page.goto(addressOf(site, { path: '/twice' }))
  await expect.poll(() => warnings).toEqual([expect.stringMatching(/^Tessera: Two auths named "default" are at work on this page/)])
  expect(await found(page)).toEqual(['error two_auths'])
})
