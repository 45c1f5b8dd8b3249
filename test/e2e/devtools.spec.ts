import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from '@playwright/test'
import { expect, test, type Demo } from './demo.ts'

// The devtools are in development only, so they are looked at on the development server.

const settings = { lifetime: '3600', storage: 'session' }

async function open({ open: openPage, page, button }: Demo): Promise<Locator> {
  await openPage('/password', settings)
  await button('Open the Tessera devtools').click()
  return page.getByRole('complementary', { name: 'Tessera devtools' })
}

const events = (demo: Demo): Locator => demo.page.getByRole('group', { name: 'Events' })

async function findViolations({ page }: Demo): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`))
}

test('a production build has no devtools', async ({ demo, page }) => {
  await demo.open('/password', settings)
  await demo.signInByPassword()
  expect(await page.locator('tessera-devtools').count()).toBe(0)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any page of the demo in ${colorScheme}`, async ({ demo, page }) => {
    test.slow()
    await page.emulateMedia({ colorScheme })
    await demo.open('/')
    const links = await page.getByRole('main').getByRole('link').evaluateAll((anchors) => anchors.map((anchor) => anchor.getAttribute('href') ?? ''))
    const paths = links.filter((path) => /^\/[a-z-]+$/.test(path))
    expect(paths.length).toBeGreaterThan(10)
    for (const path of ['/', ...paths]) {
      await demo.open(path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      expect(await findViolations(demo), path).toEqual([])
    }
  })

  for (const [width, height] of [[1280, 800], [375, 812]] as const) {
    test(`axe finds nothing at ${width} pixels in ${colorScheme}, the panel closed or open @dev`, async ({ demo, page }) => {
      test.slow()
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height })
      await demo.open('/password', settings)
      await demo.signInByPassword()
      expect(await findViolations(demo)).toEqual([])
      await demo.button('Open the Tessera devtools').click()
      await demo.button('Fail the next refresh').click()
      await demo.button('Expire now').click()
      await expect(events(demo)).toContainText('Refresh failed: network')
      expect(await findViolations(demo)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    })
  }
}

test('its own choice of light or dark wins over that of the system, and lasts @dev', async ({ demo, page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  const panel = await open(demo)
  const paper = () => panel.locator('.panel').evaluate((element) => getComputedStyle(element).backgroundColor)
  const light = await paper()
  await panel.getByRole('button', { name: /^Theme: as the system/ }).click()
  expect(await paper()).toBe(light)
  await panel.getByRole('button', { name: /^Theme: light/ }).click()
  expect(await paper()).not.toBe(light)
  const dark = await paper()
  await page.reload()
  await expect.poll(paper).toBe(dark)
})

test('is drawn by the pointer to another height, which lasts @dev', async ({ demo, page }) => {
  const panel = await open(demo)
  const height = async () => Math.round((await panel.locator('.panel').boundingBox())?.height ?? 0)
  const before = await height()
  const edge = await panel.getByRole('separator').boundingBox()
  await page.mouse.move(640, (edge?.y ?? 0) + 6)
  await page.mouse.down()
  await page.mouse.move(640, (edge?.y ?? 0) - 74, { steps: 4 })
  await page.mouse.up()
  expect(await height()).toBe(before + 80)
  await page.reload()
  await expect.poll(height).toBe(before + 80)
})

test('everything in it is reached by keys, and Escape gives the focus back @dev', async ({ demo, page }) => {
  await open(demo)
  const focused = () => page.evaluate(() => document.querySelector('tessera-devtools')?.shadowRoot?.activeElement?.textContent)
  await demo.signInByPassword()
  // The panel hears of the session after the page.
  await expect(demo.button('Expire now')).toBeEnabled()
  await demo.button('Put the button to the left').focus()
  const reached: unknown[] = []
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('Tab')
    reached.push(await focused())
  }
  expect(reached).toEqual(expect.arrayContaining(['Close the Tessera devtools', 'Expire now', 'Go offline', '+5 min']))
  await demo.button('Expire now').focus()
  await page.keyboard.press('Escape')
  await expect(demo.button('Open the Tessera devtools')).toBeFocused()
})

test('its styles are not forbidden by a Content-Security-Policy @dev', async ({ demo, page }) => {
  await page.route(/\/password\?/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': "style-src 'self'" } })
  })
  const panel = await open(demo)
  const style = await panel.locator('.panel').evaluate((element) => {
    const { backgroundColor, display, height } = getComputedStyle(element)
    return { backgroundColor, display, height }
  })
  expect(style).toEqual({ backgroundColor: expect.not.stringContaining('rgba(0, 0, 0, 0)'), display: 'flex', height: '420px' })
})

test('tells of both tabs, has the others sign out, and goes on itself @dev', async ({ demo }) => {
  await demo.open('/password', settings)
  await demo.signInByPassword()
  const copy = await demo.copy()
  await expect(copy.status).toContainText('Signed in as Ada Lovelace')
  await demo.button('Open the Tessera devtools').click()
  await copy.button('Refresh now').click()
  await expect(events(demo).getByText('Took over the tokens of another tab')).toBeVisible()
  await expect(events(demo).getByRole('listitem').filter({ hasText: 'Tab 2' }).filter({ hasText: 'Refreshed' })).toBeVisible()
  await expect(events(demo)).toContainText('Turn to refresh: granted')

  await demo.button('Sign out other tabs').click()
  await expect(copy.status).toHaveText('The session ended: you signed out in another tab.')
  await demo.button('Refresh now').click()
  await expect(events(demo).getByRole('listitem').filter({ hasText: 'This tab' }).filter({ hasText: 'Refreshed' })).toBeVisible()
  await expect(demo.status).toContainText('Signed in as Ada Lovelace')
})

test('nothing in it or in what it keeps is a secret @dev', async ({ demo, page }) => {
  await open(demo)
  await demo.signInByPassword()
  await demo.button('Expire now').click()
  await expect(events(demo)).toContainText('POST /v1/auth/refresh: 200')
  await demo.call('Call the API')
  const text = await page.evaluate(() => document.querySelector('tessera-devtools')?.shadowRoot?.innerHTML + JSON.stringify(Object.entries(localStorage)))
  expect(text).toContain('ada@example.com')
  expect(demo.wire.secretsIn(text)).toEqual([])
})
