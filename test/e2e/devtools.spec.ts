import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from '@playwright/test'
import { expect, test, type Demo } from './demo.ts'
import { looks } from './looks.ts'
import { methods, signInAs } from './methods.ts'

// The devtools are in development only, so they are looked at in a development build.

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

for (const { colorScheme, width, height } of looks) {
  test(`axe finds nothing on any page of the demo at ${width} pixels in ${colorScheme}`, async ({ demo, page }) => {
    test.slow()
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height })
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

test('a button that has nothing to do any more keeps the focus @dev', async ({ demo, page }) => {
  await open(demo)
  await demo.button('+5 min').click()
  const right = page.getByRole('button', { name: 'Clock +5 min : put it right' })
  await right.focus()
  await page.keyboard.press('Enter')
  await expect(demo.button('Clock ±0')).toBeFocused()
  await expect(demo.button('Clock ±0')).toBeDisabled()
})

// A window of 1280 pixels at 200 %, and the narrowest that has to be enough (WCAG 1.4.10).
for (const [width, height] of [[640, 400], [320, 568]] as const) {
  test(`nothing in it is cut off or scrolls sideways at ${width} pixels @dev`, async ({ demo, page }) => {
    await page.setViewportSize({ width, height })
    const panel = await open(demo)
    await demo.signInByPassword()
    await demo.button('Expire now').click()
    await expect(events(demo)).toContainText('Refreshed')
    const wide = await panel.locator('*').evaluateAll((elements) => {
      const isCut = (element: Element): boolean => !['visible', 'hidden'].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth
      return elements.filter(isCut).map(({ outerHTML }) => outerHTML.slice(0, 80))
    })
    expect(wide).toEqual([])
    const parts = await panel.locator('.header > *').evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect()))
    parts.forEach(({ left, right }, index) => expect([left >= (parts[index - 1]?.right ?? 0), right <= width]).toEqual([true, true]))
    expect(await panel.locator('.status').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
    // None broken into two lines.
    const lines = await panel.locator('.ring dd').evaluateAll((elements) => elements.map(({ clientHeight }) => clientHeight))
    expect(Math.max(...lines)).toBeLessThan(24)
    await expect(panel).toBeInViewport()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    for (const name of ['Close the Tessera devtools', 'Sign out other tabs', '+5 min']) {
      await demo.button(name).scrollIntoViewIfNeeded()
      await expect(demo.button(name)).toBeInViewport()
    }
  })
}

test('needs no exception from a strict Content-Security-Policy @dev', async ({ demo, page }) => {
  const policy = "style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
  await page.route(/\/password\?/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
  })
  const panel = await open(demo)
  const style = await panel.locator('.panel').evaluate((element) => {
    const { backgroundColor, display, height } = getComputedStyle(element)
    return { backgroundColor, display, height }
  })
  expect(style).toEqual({ backgroundColor: expect.not.stringContaining('rgba(0, 0, 0, 0)'), display: 'flex', height: '420px' })
})

test('looks the same whatever the styles of the page, and whichever way it is written @dev', async ({ demo, page }) => {
  const panel = await open(demo)
  const look = () =>
    panel.locator('.panel, .panel :is(button, h2, h3, dd, li, .mark)').evaluateAll((elements) =>
      elements.map((element) => {
        const { color, backgroundColor, fontSize, letterSpacing, direction } = getComputedStyle(element)
        const { x, y, width } = element.getBoundingClientRect()
        return { x, y, width, color, backgroundColor, fontSize, letterSpacing, direction }
      }),
    )
  // Its own time goes on, and with it what moves in it.
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 1000)
  const before = await look()
  const rules = 'color: red !important; font: 40px fantasy !important; letter-spacing: 9px !important; position: relative; z-index: 0; inset: 3em; display: inline-block; opacity: 0.3 !important; text-align: right !important; --accent: red !important; --paper: red !important'
  await page.addStyleTag({ content: `* { ${rules} } [data-theme] { background: red !important } button { background: red !important; padding: 40px !important }` })
  await page.evaluate(() => (document.documentElement.dir = 'rtl'))
  expect(await look()).toEqual(before)
  expect(await page.locator('tessera-devtools').evaluate((host) => getComputedStyle(host).opacity)).toBe('1')
})

test('is not printed @dev', async ({ demo, page }) => {
  const panel = await open(demo)
  await page.emulateMedia({ media: 'print' })
  await expect(panel).toBeHidden()
})

test('shows what is pressed in forced colours, moves nothing that should be still, and has more contrast if asked to @dev', async ({ demo, page }) => {
  const panel = await open(demo)
  const of = (name: string, property: string) => demo.button(name).evaluate((element, asked) => getComputedStyle(element).getPropertyValue(asked), property)
  expect(await of('Go offline', 'transition-duration')).toBe('0s')
  await page.emulateMedia({ contrast: 'more' })
  expect(await of('Go offline', 'border-color')).toBe(await of('Go offline', 'color'))
  await page.emulateMedia({ contrast: 'no-preference', forcedColors: 'active' })
  await demo.button('Fail the next refresh').click()
  await expect(panel.getByRole('button', { pressed: true })).toHaveCount(1)
  expect(await of('Fail the next refresh', 'background-color')).not.toBe(await of('Go offline', 'background-color'))
})

/** Seconds of the day and of the countdown, as the page and the panel have them at one moment. */
const countdownsOf = ({ page }: Demo): Promise<Readonly<Record<'expires' | 'left', readonly number[]>>> =>
  page.evaluate(() => {
    const panel = document.querySelector('tessera-devtools')?.shadowRoot?.querySelector('[aria-label="Refresh"]')
    const secondsOf = (element: Element | null | undefined): number => (element?.textContent ?? '').split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0)
    const termOf = (root: ParentNode | null | undefined): Element | null | undefined => [...(root?.querySelectorAll('dt') ?? [])].find(({ textContent }) => textContent === 'Expires')?.nextElementSibling
    return {
      expires: [termOf(document.querySelector('.moments')), termOf(panel)].map(secondsOf),
      left: [document.querySelector('[role="timer"]'), panel?.querySelector('.ring-time')].map(secondsOf),
    }
  })

test('the countdown of the page agrees with that of the panel, wherever the clock is moved @dev', async ({ demo }) => {
  await open(demo)
  await demo.signInByPassword()
  const dayLength = 86_400
  const isNear = (one: number, other: number): boolean => [0, dayLength].includes(Math.abs(one - other)) || Math.abs(((one - other + dayLength * 1.5) % dayLength) - dayLength / 2) < 5
  await expect.poll(async () => (await countdownsOf(demo)).left.every((left) => isNear(left, 3300))).toBe(true)
  const { expires: [expires = NaN] } = await countdownsOf(demo)
  // Put ahead, as if so much had passed in sleep. Set back, nothing has passed, so that the end is sooner by that clock.
  const steps = [['+5 min', 0, 3000], ['−5 min', 0, 3300], ['−5 min', -300, 3300], ['−5 min', -600, 3300]] as const
  for (const [step, endMoves, left] of steps) {
    await demo.button(step).click()
    const areThere = async (): Promise<unknown> => {
      const seen = await countdownsOf(demo)
      const asExpected = [...seen.expires.map((each) => isNear(each, expires + endMoves)), ...seen.left.map((each) => isNear(each, left))]
      return asExpected.every(Boolean) || seen
    }
    await expect.poll(areThere, step).toBe(true)
  }
})

test('the timeline has refreshes, 401s, replays, lock waits and tab messages of this tab and of another @dev', async ({ demo }) => {
  await demo.open('/password', settings)
  await demo.signInByPassword()
  const copy = await demo.copy()
  await expect(copy.status).toContainText('Signed in as Ada Lovelace')
  await demo.button('Open the Tessera devtools').click()
  for (const tab of [demo, copy]) {
    // The server itself refuses it, once.
    await tab.page.route('**/v1/resources', (route, request) => route.continue({ headers: { ...request.headers(), authorization: 'Bearer none' } }), { times: 1 })
    expect(await tab.call('Call the API')).toBe(200)
  }
  for (const name of ['This tab', 'Tab 2']) {
    const ofTab = events(demo).getByRole('listitem').filter({ hasText: name })
    for (const text of ['Refreshed', '401 from /v1/resources', 'Sent again to /v1/resources: 200', 'Turn to refresh: granted', 'Said “news”', 'Heard “news”']) {
      await expect(ofTab.filter({ hasText: text }), `${name}: ${text}`).not.toHaveCount(0)
    }
  }
  const chart = demo.page.getByRole('img', { name: 'The last 60 s.' })
  for (const row of ['Refreshes', '401 and 403', 'Replays', 'Lock waits', 'Tab messages']) {
    await expect(chart).toHaveAccessibleName(new RegExp(`${row}: \\d`))
    for (const color of ['0', '1']) await expect(chart.locator('.lane').filter({ hasText: row }).locator(`.mark[data-tab="${color}"]`), `${row} of ${color}`).not.toHaveCount(0)
  }
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

for (const method of methods) {
  test(`nothing in it, in what it keeps or in what it tells other tabs is a secret: ${method.name} @dev`, async ({ demo, page, context }) => {
    const told: string[] = []
    const codes: string[] = []
    await context.exposeBinding('tellDevtools', (_, text: string) => void told.push(text))
    await page.addInitScript(() => {
      const { tellDevtools } = window as unknown as { readonly tellDevtools: (text: string) => Promise<void> }
      window.BroadcastChannel = class extends BroadcastChannel {
        override postMessage(message: unknown): void {
          if (this.name.startsWith('tessera-devtools')) void tellDevtools(JSON.stringify(message))
          super.postMessage(message)
        }
      }
      localStorage.setItem('tessera-devtools', '{"isOpen":true,"height":300}')
    })
    page.on('request', (request) => codes.push(...['code', 'state'].flatMap((name) => new URL(request.url()).searchParams.get(name) ?? [])))
    await demo.open(method.path, method.settings)
    await signInAs(demo, method)
    await demo.call('Call the API')
    if (method.onRefresh !== undefined) {
      await demo.button('Expire now').click()
      await expect(events(demo)).toContainText('Refreshed')
    }
    await expect(events(demo)).toContainText('GET /v1/resources: 200')
    const shown = await page.evaluate(() => document.querySelector('tessera-devtools')?.shadowRoot?.innerHTML + JSON.stringify([Object.entries(localStorage), document.querySelector('tessera-devtools')?.outerHTML]))
    expect(told.length).toBeGreaterThan(3)
    for (const text of [shown, told.join()]) {
      expect(demo.wire.secretsIn(text)).toEqual([])
      for (const secret of ['correct-horse', 'machine-secret', ...codes]) expect(text).not.toContain(secret)
    }
  })
}
