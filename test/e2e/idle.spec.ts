import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from '@playwright/test'
import { expect, test, type Demo } from './demo.ts'
import { goBack } from './goBack.ts'
import { looks } from './looks.ts'

// A finger needs a screen to touch.
test.use({ hasTouch: true })

const path = '/left-alone'
const ada = 'Signed in as Ada Lovelace.'
const idle = 'The session ended: nobody did anything for too long.'
const logout = 'POST /v1/auth/logout {refresh_token} 204'
const second = 1_000
const eightHours = 8 * 3_600 * second

const warning = ({ page }: Demo): Locator => page.getByRole('region', { name: 'Are you still there?' })
const stayed = ({ page }: Demo): Locator => page.getByRole('region', { name: 'You stay signed in' })
const ofPerson = ({ page }: Demo): Locator => page.getByText('Lovelace').filter({ visible: true })
const timer = ({ page }: Demo): Locator => page.getByRole('timer')

/** Signed in, and nobody does anything from now on: half a minute, the last 20 seconds of it with a warning. Time stands still. */
async function leaveAlone({ page, open, signInByPassword }: Demo, settings = { idle: '30' }): Promise<void> {
  await page.clock.install()
  // A little ahead: the clock may be, and cannot be set back.
  await page.clock.pauseAt(Date.now() + 500)
  await open(path, settings)
  await signInByPassword()
}

/** Two tabs of one session, in which nobody does anything from now on. */
async function leaveTwoAlone(demo: Demo): Promise<readonly [Demo, Demo]> {
  await leaveAlone(demo)
  const copy = await demo.copy()
  await expect(copy.status).toHaveText(ada)
  return [demo, copy]
}

/** The last answer of the other tabs is awaited: half a second at most. */
async function ending(demo: Demo): Promise<void> {
  await demo.page.clock.runFor(second)
  await expect(demo.status).toHaveText(idle)
}

// In development too, where StrictMode mounts everything twice.
for (const tag of ['', ' @dev']) {
  test(`warns, counts down, and signs out; the form says why, after a reload as well${tag}`, async ({ demo, page }) => {
    await leaveAlone(demo)
    await page.clock.runFor(9 * second)
    await expect(warning(demo)).toHaveCount(0)
    await page.clock.runFor(second)
    await expect(timer(demo)).toHaveText('0:20')
    await page.clock.runFor(19 * second)
    await expect(timer(demo)).toHaveText('0:01')
    expect(demo.lines()).toHaveLength(1)

    await page.clock.runFor(second)
    await expect(demo.status).toHaveText('Signed in until the other tabs have answered.')
    await expect(ofPerson(demo)).toHaveCount(0)
    await ending(demo)
    await expect(page.getByLabel('Password')).toBeEnabled()
    await expect.poll(() => demo.lines().slice(1)).toEqual([logout])
    expect(await demo.held()).toEqual([])
    await page.reload()
    await expect(demo.status).toContainText(/^You were signed out at .*nobody did anything for too long/)
    await demo.signInByPassword()
  })
}

test('the longer time warns later, and longer', async ({ demo, page }) => {
  await leaveAlone(demo, { idle: '120' })
  await page.clock.runFor(59 * second)
  await expect(warning(demo)).toHaveCount(0)
  await page.clock.runFor(second)
  await expect(timer(demo)).toHaveText('1:00')
})

test('says it when the warning comes and shortly before the end, and not each second', async ({ demo, page }) => {
  await leaveAlone(demo)
  await page.evaluate(() => {
    const said: string[] = []
    Reflect.set(window, 'said', said)
    const note = (): void => {
      const text = document.querySelector('.idle-warning [role=alert]')?.textContent
      if (text !== undefined && text !== said.at(-1)) said.push(text)
    }
    new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true })
  })
  await page.clock.runFor(29 * second)
  await expect(timer(demo)).toHaveText('0:01')
  expect(await page.evaluate((): unknown => Reflect.get(window, 'said'))).toEqual([
    'Are you still there? You will be signed out in 20 seconds.',
    'Are you still there? You will be signed out in 10 seconds.',
  ])
})

const done: Readonly<Record<string, (demo: Demo) => Promise<void>>> = {
  'a click on “Stay signed in”': ({ button }) => button('Stay signed in').click(),
  // As a screen reader presses it: without a pointer and without a key.
  'a press of “Stay signed in” by a screen reader': ({ button }) => button('Stay signed in').evaluate((element: HTMLElement) => element.click()),
  'a key': ({ page }) => page.keyboard.press('ArrowDown'),
  'a press anywhere': ({ page }) => page.mouse.click(5, 300),
  'a wheel': ({ page }) => page.mouse.wheel(0, 100),
  'a finger': ({ page }) => page.touchscreen.tap(5, 300),
}

for (const [what, act] of Object.entries(done)) {
  test(`goes on for the whole time: ${what}`, async ({ demo, page }) => {
    await leaveAlone(demo)
    await page.clock.runFor(29 * second)
    await act(demo)
    await expect(stayed(demo)).toBeVisible()
    await page.clock.runFor(9 * second)
    await expect(page.locator('.idle-warning')).toHaveCount(0)
    await page.clock.runFor(20 * second)
    await expect(timer(demo)).toHaveText('0:01')
    await expect(demo.status).toHaveText(ada)
    expect(demo.lines()).toHaveLength(1)
  })
}

test('a pointer that moves presses nothing, and does not count', async ({ demo, page }) => {
  await leaveAlone(demo)
  await page.clock.runFor(29 * second)
  await page.mouse.move(5, 300)
  await page.mouse.move(50, 350, { steps: 5 })
  await page.clock.runFor(second)
  await ending(demo)
})

for (const touch of ['tap', 'click'] as const) {
  test(`a ${touch} on “Stay signed in” presses nothing of what the warning covers`, async ({ demo, page }) => {
    await page.setViewportSize({ width: 375, height: 667 })
    await leaveAlone(demo)
    await page.clock.runFor(29 * second)
    await page.evaluate(() => {
      const pressed: string[] = []
      Reflect.set(window, 'pressed', pressed)
      addEventListener('click', ({ target }) => pressed.push(target instanceof Element ? (target.textContent ?? '') : ''), { capture: true })
    })
    await demo.button('Stay signed in')[touch]()
    await expect(warning(demo)).toHaveCount(0)
    await expect.poll(() => page.evaluate((): unknown => Reflect.get(window, 'pressed'))).toEqual(['Stay signed in'])
  })
}

test('what is done in one tab keeps the other; when nobody does anything, both end for it, and the server is told once', async ({ demo, page }) => {
  const [one, two] = await leaveTwoAlone(demo)
  for (let round = 0; round < 3; round++) {
    await page.clock.runFor(25 * second)
    await expect(warning(one)).toBeVisible()
    await two.page.keyboard.press('Shift')
    await expect(warning(one)).toHaveCount(0)
    await expect(warning(two)).toHaveCount(0)
  }
  for (const tab of [one, two]) await expect(tab.status).toHaveText(ada)
  await page.clock.runFor(30 * second)
  for (const tab of [one, two]) await expect(ofPerson(tab)).toHaveCount(0)
  // Time stands still again, until the others have heard of it.
  await page.clock.runFor(300)
  for (const tab of [one, two]) await expect(tab.status).toHaveText(idle)
  await expect.poll(() => demo.wire.sent.filter(({ what }) => what === 'POST /v1/auth/logout')).toHaveLength(1)
  for (const tab of [one, two]) expect(await tab.held()).toEqual([])
})

for (const wakeUp of ['fastForward', 'setSystemTime'] as const) {
  test(`after eight hours of sleep it ends before a request is sent, also where no timer has run (${wakeUp})`, async ({ demo, page }) => {
    await leaveAlone(demo)
    const clicks = demo.button('Call the API')
    expect(await demo.call('Call the API')).toBe(200)
    const before = demo.sent().length
    if (wakeUp === 'fastForward') await page.clock.fastForward(eightHours)
    else await page.clock.setSystemTime(Date.now() + eightHours)
    await clicks.evaluateAll((buttons: HTMLElement[]) => buttons.forEach((button) => button.click()))
    await ending(demo)
    await expect.poll(() => demo.lines(before)).toEqual([logout])
    await expect(ofPerson(demo)).toHaveCount(0)
  })
}

test('left by a link, and brought back from the cache when the time is over: shows nothing of the person, from the first frame on', async ({ demo, page }) => {
  // The clock of a page that is in the cache is out of Playwright’s reach; this one goes by what the origin says of the time.
  await page.addInitScript(() => {
    const now = Date.now.bind(Date)
    Date.now = () => now() + Number(sessionStorage.getItem('slept') ?? 0)
    addEventListener('pageshow', ({ persisted }) => persisted && document.documentElement.setAttribute('data-restored', ''))
  })
  await demo.open(path, { idle: '30' })
  await demo.signInByPassword()
  expect(await demo.call('Call the API')).toBe(200)
  const before = demo.sent().length
  await page.evaluate(() => {
    const seen: string[] = []
    Reflect.set(window, 'seen', seen)
    const note = (): void => {
      seen.push(`${sessionStorage.getItem('slept') === null ? 'before' : 'after'}: ${document.body.innerText}`)
      requestAnimationFrame(note)
    }
    note()
    const link = document.createElement('a')
    link.href = '/'
    document.body.append(link)
    link.append('Leave')
  })
  await page.getByRole('link', { name: 'Leave' }).click()
  await page.waitForURL('/')
  // Not so late that the session itself would look at the clock, to refresh.
  await page.evaluate((ms) => sessionStorage.setItem('slept', String(ms)), 60 * second)
  await goBack(page)
  await expect(page.locator('html')).toHaveAttribute('data-restored')
  await expect(demo.status).toHaveText(idle)
  await expect.poll(() => demo.lines(before)).toEqual([logout])
  const seen = await page.evaluate((): readonly string[] => Reflect.get(window, 'seen'))
  const isOfPerson = (text: string): boolean => /Lovelace|GET \/v1\/resources/.test(text)
  expect(seen.some((text) => text.startsWith('before') && isOfPerson(text))).toBe(true)
  expect(seen.filter((text) => text.startsWith('after') && isOfPerson(text))).toEqual([])
})

for (const { colorScheme, width, height } of looks) {
  test(`axe finds nothing while it warns, at ${width} pixels in ${colorScheme}`, async ({ demo, page }) => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height })
    await leaveAlone(demo, { idle: '120' })
    await page.clock.runFor(65 * second)
    await expect(warning(demo)).toBeInViewport({ ratio: 1 })
    // axe waits.
    await page.clock.resume()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(' ')}`)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  })
}
