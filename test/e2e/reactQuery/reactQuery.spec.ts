import { expect, test as base, type Page } from '@playwright/test'
import { goBack } from '../goBack.ts'
import { buildApp, type App } from './buildApp.ts'
import { createSite, type Site } from './site.ts'

interface Options {
  readonly react: '18' | '19'
  readonly app: App
}

/** Of this worker. */
const scripts = new Map<string, Promise<string>>()

const test = base.extend<Options & { site: Site; tab: Page }>({
  react: ['19', { option: true }],
  app: ['main', { option: true }],
  site: async ({ react, app }, use) => {
    const script = scripts.get(`${app} ${react}`) ?? buildApp(react, app)
    scripts.set(`${app} ${react}`, script)
    const site = await createSite(await script)
    await use(site)
    await site.close()
  },
  tab: async ({ page, site }, use) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    // What a server refuses is no problem of the page.
    page.on('console', (message) => message.type() === 'error' && !message.text().startsWith('Failed to load resource') && problems.push(message.text()))
    await open(page, site)
    await use(page)
    expect(problems).toEqual([])
  },
})

async function open(page: Page, { origin }: Site, search = ''): Promise<void> {
  await page.goto(origin + search)
  await expect(page.getByRole('heading')).toHaveText('[unauthenticated]')
}

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).click()

/** All that somebody has on the page. */
async function expectAllOf(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('heading')).toHaveText(`[${name}]`)
  for (const kind of ['orders', 'bills']) await expect(page.getByText(`${name}'s ${kind} two`)).toBeVisible()
}

async function signIn(page: Page, name: string): Promise<void> {
  await press(page, name.replace(/^./, (letter) => letter.toUpperCase()))
  await expectAllOf(page, name)
}

const frames = (page: Page): Promise<string[]> => page.evaluate(() => window.seen)

/** What was to be seen of somebody beside another name, or beside none. */
async function mixed(page: Page): Promise<string[]> {
  return (await frames(page)).filter((text) => ['ada', 'bob'].some((name) => text.includes(`${name}'s`) && !text.includes(`[${name}]`)))
}

/** Ada has filled in a form; what she sends meets the end of her session. */
async function meetTheEnd(page: Page, site: Site): Promise<void> {
  await press(page, 'Ada')
  await expect(page.getByText("ada's orders two")).toBeVisible()
  await page.getByLabel('Note').fill('not done yet')
  await page.getByLabel('Thing').fill('loom')
  site.revoke()
  await press(page, 'Order')
  await expect(page.getByRole('dialog')).toContainText('Waiting: 1')
}

for (const react of ['18', '19'] as const) {
  test.describe(`React ${react}`, () => {
    test.use({ react })

    test('without the binding, one does see what was of somebody else: so the others can fail', async ({ page, site }) => {
      await page.goto(`${site.origin}/?unbound`)
      await press(page, 'Ada')
      await expect(page.getByText("ada's bills two")).toBeVisible()
      await press(page, 'Bob')
      await expect(page.getByRole('heading')).toHaveText('[bob]')
      expect(await mixed(page)).not.toEqual([])
    })

    test('a sign-out takes everything along, in the same frame', async ({ tab, site }) => {
      await signIn(tab, 'ada')
      await press(tab, 'Out')
      await expect(tab.getByRole('heading')).toHaveText('[unauthenticated]')
      await expect(tab.getByText("ada's").filter({ visible: true })).toHaveCount(0)
      expect(await mixed(tab)).toEqual([])
      const { length } = site.asked
      await tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
      expect(site.asked.slice(length)).toEqual([])
    })

    test('the next person sees nothing of the one before, not for a frame', async ({ tab, site }) => {
      await signIn(tab, 'ada')
      for (const name of ['bob', 'ada', 'bob']) await signIn(tab, name)
      expect(await mixed(tab)).toEqual([])
      expect(site.asked.slice(3, 6).sort()).toEqual(['bob GET bills', 'bob GET first', 'bob GET orders'])
    })

    test('nor is anything left in the document, hidden, where a boundary has a key', async ({ tab, site }) => {
      await open(tab, site, '/?keyed')
      await signIn(tab, 'ada')
      await signIn(tab, 'bob')
      await press(tab, 'Out')
      await expect(tab.getByRole('heading')).toHaveText('[unauthenticated]')
      await expect(tab.getByText(/ada's|bob's/)).toHaveCount(0)
      expect(await mixed(tab)).toEqual([])
    })

    test('nor where another tab switches', async ({ tab, site, context }) => {
      await signIn(tab, 'ada')
      const other = await context.newPage()
      await other.goto(site.origin)
      await expectAllOf(other, 'ada')
      await signIn(other, 'bob')
      await expectAllOf(tab, 'bob')
      await press(other, 'Out')
      for (const each of [tab, other]) await expect(each.getByRole('heading')).toHaveText('[unauthenticated]')
      expect([await mixed(tab), await mixed(other)]).toEqual([[], []])
    })

    test('nor when an answer to the one before comes late', async ({ tab, site }) => {
      const release = site.hold('ada GET orders')
      await press(tab, 'Ada')
      await expect(tab.getByText("ada's bills two")).toBeVisible()
      expect(site.asked).toContain('ada GET orders')
      await signIn(tab, 'bob')
      release()
      await press(tab, 'Refresh')
      await signIn(tab, 'bob')
      expect(await mixed(tab)).toEqual([])
      expect((await frames(tab)).join()).not.toContain("ada's orders")
    })

    test('nor what stands in for a page that is still loading', async ({ tab, site }) => {
      const release = site.hold('ada GET second')
      await signIn(tab, 'ada')
      await press(tab, 'Second page')
      await expect(tab.getByText("ada's first two")).toBeVisible()
      await signIn(tab, 'bob')
      await expect(tab.getByText("bob's second two")).toBeVisible()
      release()
      expect(await mixed(tab)).toEqual([])
    })

    for (const status of [200, 500]) {
      test(`nor of a mutation that was on its way, and is answered with ${status}`, async ({ tab, site }) => {
        site.postStatus = status
        await signIn(tab, 'ada')
        const release = site.hold('ada POST orders')
        await press(tab, 'Order')
        await expect(tab.getByText('Order (pending)')).toBeVisible()
        await expect(tab.getByRole('listitem').getByText("ada's next order")).toBeVisible()
        await signIn(tab, 'bob')
        await expect(tab.getByText('Order (idle)')).toBeVisible()
        release()
        await press(tab, 'Order')
        await expect(tab.getByText(status === 200 ? 'Order (success)' : 'Order (error)')).toBeVisible()
        expect(await mixed(tab)).toEqual([])
        expect(site.asked.filter((what) => what.includes('POST'))).toEqual(['ada POST orders', 'bob POST orders'])
      })
    }

    test('nor when the page comes out of the back/forward cache after a switch elsewhere', async ({ tab, site, context }) => {
      await signIn(tab, 'ada')
      const other = await context.newPage()
      await other.goto(site.origin)
      await expectAllOf(other, 'ada')
      await tab.goto(`${site.origin}/away`)
      await signIn(other, 'bob')
      await goBack(tab)
      await expect(tab.locator('html')).toHaveAttribute('data-restored')
      await expectAllOf(tab, 'bob')
      expect(await mixed(tab)).toEqual([])
    })

    test('ten refreshes change nothing on the page and ask for nothing', async ({ tab, site }) => {
      await signIn(tab, 'ada')
      const [before, { length }] = [await tab.evaluate(() => window.changes), site.asked]
      for (let round = 0; round < 10; round++) {
        const asked = tab.waitForRequest('**/refresh')
        // Until it is done: the next would join one that is under way.
        await tab.evaluate(() => window.refresh())
        await asked
      }
      expect(await tab.evaluate(() => window.changes)).toBe(before)
      expect(site.asked).toHaveLength(length)
    })

    test.describe('a session that expires, on a page that stays', () => {
      test.use({ app: 'expired' })

      test('the same person signs in again in place: the mutation succeeds, once, and what it invalidates is fetched', async ({ tab, site }) => {
        await meetTheEnd(tab, site)
        await expect(tab.getByText("ada's orders two")).toBeVisible()
        expect(site.taken).toEqual([])
        const { length } = site.asked
        await press(tab, 'Ada')
        await expect(tab.getByText('success, called 1')).toBeVisible()
        await expect(tab.getByRole('dialog')).toHaveCount(0)
        await expect(tab.getByLabel('Note')).toHaveValue('not done yet')
        await expect(tab.getByText("ada's orders two")).toBeVisible()
        await expect.poll(() => site.asked.slice(length)).toEqual(['ada POST orders', 'ada GET orders'])
        expect(site.taken).toEqual(['ada loom'])
        const shown = await frames(tab)
        const first = shown.findIndex((text) => text.includes("ada's orders two"))
        expect(shown.slice(first).filter((text) => !text.includes("ada's orders two"))).toEqual([])
      })

      test('without the option, the page loses its data, and the mutation its callbacks: so the other can fail', async ({ tab, site }) => {
        await open(tab, site, '/?cleared')
        await meetTheEnd(tab, site)
        await expect(tab.getByText("ada's orders two")).toHaveCount(0)
        await press(tab, 'Ada')
        await expect(tab.getByText("ada's orders two")).toBeVisible()
        await expect.poll(() => site.taken).toEqual(['ada loom'])
        await expect(tab.getByText('idle, called 0')).toBeVisible()
      })

      test('somebody else signs in: nothing is sent, and nothing is left, not for a frame', async ({ tab, site }) => {
        await meetTheEnd(tab, site)
        await press(tab, 'Bob')
        await expect(tab.getByText("bob's orders two")).toBeVisible()
        await expect(tab.getByText('idle, called 0')).toBeVisible()
        await expect(tab.getByLabel('Note')).toHaveValue('')
        expect(site.taken).toEqual([])
        expect((await frames(tab)).filter((text) => text.includes('[bob]') && text.includes("ada's"))).toEqual([])
      })

      test('a sign-out leaves nothing', async ({ tab, site }) => {
        await meetTheEnd(tab, site)
        await press(tab, 'Out')
        await expect(tab.getByRole('dialog')).toHaveCount(0)
        await expect(tab.getByText("ada's")).toHaveCount(0)
        await press(tab, 'Bob')
        await expect(tab.getByText("bob's orders two")).toBeVisible()
        expect(site.taken).toEqual([])
      })
    })
  })
}
