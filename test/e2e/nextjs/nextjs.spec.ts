import { AxeBuilder } from '@axe-core/playwright'
import type { ConsoleMessage, Page } from '@playwright/test'
import { expect, test, type Demo } from '../demo.ts'
import { goBack } from '../goBack.ts'
import { looks } from '../looks.ts'

const pages = ['/', '/resources', '/callback']
const catalogue = ['Analytical Engine', 'Difference Engine', 'Jacquard loom']

/** All that Next.js sends to this browser for its pages: documents, and what the router fetches instead. */
async function readServer({ request }: Page): Promise<string> {
  const kinds = [{}, { RSC: '1' }]
  const answers = pages.flatMap((path) => kinds.map((headers) => request.get(path, { headers })))
  const texts = await Promise.all(answers.map(async (answer) => JSON.stringify((await answer).headers()) + (await (await answer).text())))
  return texts.join('\n')
}

/** Every text of the page from its first moment on. */
async function recordTexts(page: Page): Promise<() => Promise<string>> {
  const texts: string[] = []
  await page.exposeBinding('tellText', (_, text: string) => void texts.push(text))
  await page.addInitScript(() => {
    const { tellText } = window as unknown as { readonly tellText: (text: string) => void }
    let last = ''
    const note = (): void => {
      const text = document.querySelector('main')?.parentElement?.innerText ?? ''
      if (text !== last) tellText((last = text))
    }
    new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true, attributes: true })
  })
  return async () => (await page.evaluate(() => new Promise(requestAnimationFrame)), texts.join('\n---\n'))
}

/** In the workshop, where the session is a cookie. */
async function signInAtWorkshop({ button, page }: Pick<Demo, 'button' | 'page'>, who: 'ada' | 'bob'): Promise<void> {
  await page.getByLabel('Email').fill(`${who}@example.com`)
  await page.getByLabel('Password').fill('correct-horse')
  await button('Sign in').click()
}

async function signIn({ button, page, signInAtProvider }: Demo, who: 'ada' | 'bob', name: string): Promise<void> {
  await page.goto('/resources')
  await button('Sign in to see them').click()
  await signInAtProvider(who)
  await expect(page.getByText(name)).toBeVisible()
}

/** Answers that are no mistake: nobody is signed in, or may not do that; and the icon that Chromium looks for while Next.js changes the head. */
function isExpected(message: ConsoleMessage): boolean {
  const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(message.text())?.[1]
  return status !== undefined && (['401', '403', '419'].includes(status) || message.location().url.endsWith('/favicon.ico'))
}

/** What a browser says on its console when React does not find what a server rendered, and whatever else is wrong. */
const complaints: string[] = []
test.beforeEach(({ context }) => {
  complaints.length = 0
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !isExpected(message)) complaints.push(message.text())
  })
})
test.afterEach(() => expect(complaints, 'on the console').toEqual([]))

test('SS-04: the server renders what is for everybody, and nothing that is for one', async ({ request }) => {
  const [home = '', own = '', callback = ''] = await Promise.all(pages.map(async (path) => (await request.get(path)).text()))
  for (const name of catalogue) expect(home).toContain(`<li>${name}</li>`)
  expect(own).toContain('One moment…')
  expect(own).not.toMatch(/Analytical|Sign in to see them/)
  expect(callback).toContain('Signing in…')
  expect([home, own, callback].join('\n')).not.toMatch(/machine-secret|access_token|refresh_token|\beyJ/)

  const sources = [...`${home}${own}${callback}`.matchAll(/<script src="([^"]+)"/g)].map(([, source = '']) => source)
  const scripts = await Promise.all([...new Set(sources)].map(async (source) => (await request.get(source)).text()))
  expect(scripts.length).toBeGreaterThan(3)
  expect(scripts.join('\n')).not.toMatch(/machine-secret|CATALOGUE_SECRET/)
})

test('somebody signs in, reloads and signs out, and no token is ever at the server', async ({ demo, page, context }) => {
  const asked: string[] = []
  context.on('request', (request) => {
    if (request.url().startsWith(demo.demoOrigin)) asked.push(JSON.stringify([request.url(), request.headers(), request.postData()]))
  })

  await signIn(demo, 'ada', 'Ada Lovelace')
  await expect(page).toHaveURL('/resources')
  await expect(page.getByRole('listitem')).toContainText(catalogue)
  await expect(page.getByText('You may add some, too.')).toBeVisible()

  expect(await (await page.reload())?.text()).toContain('One moment…')
  await expect(page.getByRole('listitem')).toContainText(catalogue)
  // By the router of Next.js, without loading a page.
  await page.getByRole('link', { name: 'Engines' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Engines')
  await expect(page.getByText('Ada Lovelace')).toBeVisible()
  await page.getByRole('link', { name: 'Yours' }).click()
  await expect(page.getByRole('listitem')).toContainText(catalogue)
  expect(await demo.held()).toContain('refresh_token')
  const served = await readServer(page)
  // The headers above are without these.
  asked.push(JSON.stringify(await context.cookies()))

  await demo.button('Sign out').click()
  await expect(page).toHaveURL(`${demo.demoOrigin}/`)
  await expect(demo.button('Sign in')).toBeVisible()
  await page.goto('/resources')
  await expect(demo.button('Sign in to see them')).toBeVisible()
  expect(await demo.held()).toEqual([])

  expect(served).toContain('One moment…')
  expect(demo.wire.secretsIn(served)).toEqual([])
  expect(demo.wire.secretsIn(asked.join('\n'))).toEqual([])
})

test('a reload shows what the server sent and then the person: the way to sign in never shows', async ({ demo, page }) => {
  await signIn(demo, 'ada', 'Ada Lovelace')
  const texts = await recordTexts(page)
  await page.reload()
  await expect(page.getByRole('listitem')).toContainText(catalogue)
  const seen = await texts()
  expect(seen).toContain('One moment…')
  expect(seen).toContain('Ada Lovelace')
  expect(seen).not.toContain('Sign in')
})

test('who lacks a scope is told so, and sees the rest', async ({ demo, page }) => {
  await signIn(demo, 'bob', 'Bob Martin')
  await expect(page.getByText('You may look, and add none.')).toBeVisible()
  await expect(page.getByRole('listitem')).toContainText(catalogue)
  await expect(page.getByText('You may add some, too.')).toBeHidden()
})

test('a callback that nobody asked for signs nobody in', async ({ demo, page }) => {
  await page.goto('/callback?code=stolen&state=made-up')
  await expect(page.locator('main').getByRole('alert')).toContainText('The sign-in did not work.')
  expect(demo.tokenRequests()).toEqual([])
})

test.describe('a server that knows the person', () => {
  test('sends to sign in before it renders anything, and comes back once', async ({ demo, page, request }) => {
    const refused = await request.get('/workshop', { maxRedirects: 0 })
    expect([refused.status(), refused.headers()['location']]).toEqual([307, '/sign-in?returnTo=%2Fworkshop'])
    const payload = await (await request.get('/workshop', { headers: { RSC: '1' } })).text()
    expect(await refused.text() + payload).not.toContain('Analytical')

    await page.goto('/')
    await page.getByRole('link', { name: 'Workshop' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')
    await signInAtWorkshop(demo, 'ada')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Workshop of Ada Lovelace')
    await expect(page).toHaveURL('/workshop')
    await goBack(page)
    await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('Sign in')
  })

  test('renders the whole page for the person, keeps it nowhere, and gives scripts nothing of the session', async ({ demo, page, context }) => {
    await page.goto('/sign-in?returnTo=%2Fworkshop')
    await signInAtWorkshop(demo, 'ada')
    await expect(page).toHaveURL('/workshop')
    const answer = await page.request.get('/workshop')
    const html = await answer.text()
    expect(html).toContain('Workshop of ')
    for (const name of catalogue) expect(html).toContain(`<li>${name}</li>`)
    expect(answer.headers()['cache-control']).toContain('no-store')

    const cookies = await context.cookies()
    expect(cookies.map(({ httpOnly, sameSite, path, domain }) => ({ httpOnly, sameSite, path, domain }))).toContainEqual(
      { httpOnly: true, sameSite: 'Lax', path: '/', domain: 'localhost' },
    )
    const secret = cookies.find(({ name }) => name.startsWith('tessera_app'))?.value ?? ''
    expect(secret).not.toBe('')
    expect(html + (await page.content()) + (await demo.stored())).not.toContain(secret)
    expect(demo.wire.secretsIn(html)).toEqual([])
  })

  test('goes nowhere else after the sign-in', async ({ demo, page }) => {
    await page.goto(`/sign-in?returnTo=${encodeURIComponent('/\\evil.example')}`)
    await signInAtWorkshop(demo, 'ada')
    await expect(page).toHaveURL('/')
  })

  test('changes nothing for who has the cookie and not the CSRF token', async ({ demo, page }) => {
    await page.goto('/sign-in?returnTo=%2Fworkshop')
    await signInAtWorkshop(demo, 'ada')
    await expect(page).toHaveURL('/workshop')
    const forged = await page.evaluate(async () => {
      const response = await fetch('/v1/resources', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"name":"Forged engine"}' })
      return response.status
    })
    expect(forged).toBe(419)
    await page.getByLabel('Another engine').fill('Millionaire calculator')
    await demo.button('Add it').click()
    await expect(page.getByRole('listitem').filter({ hasText: 'Millionaire calculator' })).toHaveCount(1)
    await expect(page.getByLabel('Another engine')).toHaveValue('')
    await expect(page.getByText('Forged engine')).toHaveCount(0)
  })

  test('a sign-out that the server was not told is said, shows nothing all the same, and can be tried again', async ({ demo, page }) => {
    await page.goto('/sign-in?returnTo=%2Fworkshop')
    await signInAtWorkshop(demo, 'ada')
    await expect(page.getByRole('listitem')).toContainText(catalogue)
    await page.route('**/v1/session/logout', (route) => route.fulfill({ status: 503 }))
    await demo.button('Sign out').click()
    await expect(page.getByText('The server does not know yet.')).toBeVisible()
    await expect(page.locator('main')).toHaveText('One moment…')
    // The 503.
    complaints.length = 0
    await page.unroute('**/v1/session/logout')
    await demo.button('Sign out').click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')
  })

  test('XT-11 shows nothing of one person to another, who signs in in another tab, and nothing after a sign-out there', async ({ demo, page }) => {
    await page.goto('/sign-in?returnTo=%2Fworkshop')
    await signInAtWorkshop(demo, 'ada')
    await expect(page.getByText('Workshop of Ada Lovelace')).toBeVisible()
    const other = await demo.beside()
    await other.page.goto('/workshop')
    await other.button('Sign out').click()
    await expect(other.page).toHaveURL('/sign-in?returnTo=%2Fworkshop')
    await page.bringToFront()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')

    await other.page.bringToFront()
    await signInAtWorkshop(other, 'bob')
    await expect(other.page.getByRole('heading', { level: 1 })).toHaveText('Workshop of Bob Martin')
    const texts = await recordTexts(page)
    await page.bringToFront()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Workshop of Bob Martin')
    expect(await texts()).not.toContain('Lovelace')
    await page.getByLabel('Another engine').fill('Pascaline')
    await demo.button('Add it').click()
    await expect(page.locator('main').getByRole('alert')).toHaveText('You may look, and add none.')
    await expect(page.getByLabel('Another engine')).toHaveValue('Pascaline')
  })
})

for (const { colorScheme, width, height } of looks) {
  test(`axe finds nothing on any page at ${width} pixels in ${colorScheme}`, async ({ demo, page }) => {
    test.slow()
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height })
    const inspect = async (path: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target))}`), path).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(width)
    }
    for (const [path, text] of [['/', 'Difference Engine'], ['/resources', 'for people who are signed in'], ['/sign-in', 'Password'], ['/callback?code=stolen&state=made-up', 'did not work']] as const) {
      await page.goto(path)
      await expect(page.getByText(text).first()).toBeVisible()
      await inspect(path)
    }
    await signIn(demo, 'ada', 'Ada Lovelace')
    await expect(page.getByRole('listitem')).toContainText(catalogue)
    await inspect('/resources, signed in')
    await page.goto('/workshop')
    await signInAtWorkshop(demo, 'ada')
    await expect(page.getByRole('listitem')).toContainText(catalogue)
    await inspect('/workshop')
  })
}
