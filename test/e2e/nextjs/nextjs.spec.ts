import type { Page } from '@playwright/test'
import { expect, test, type Demo } from '../demo.ts'

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

async function signIn({ button, page, signInAtProvider }: Demo, who: 'ada' | 'bob', name: string): Promise<void> {
  await page.goto('/resources')
  await button('Sign in to see them').click()
  await signInAtProvider(who)
  await expect(page.getByText(name)).toBeVisible()
}

/** What a browser says on its console when React does not find what a server rendered, and whatever else is wrong. */
const complaints: string[] = []
test.beforeEach(({ context }) => {
  complaints.length = 0
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
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
  await expect(page.getByRole('listitem')).toHaveText(catalogue)
  await expect(page.getByText('You may add some, too.')).toBeVisible()

  expect(await (await page.reload())?.text()).toContain('One moment…')
  await expect(page.getByRole('listitem')).toHaveText(catalogue)
  // By the router of Next.js, without loading a page.
  await page.getByRole('link', { name: 'Engines' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Engines')
  await expect(page.getByText('Ada Lovelace')).toBeVisible()
  await page.getByRole('link', { name: 'Yours' }).click()
  await expect(page.getByRole('listitem')).toHaveText(catalogue)
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
  await expect(page.getByRole('listitem')).toHaveText(catalogue)
  const seen = await texts()
  expect(seen).toContain('One moment…')
  expect(seen).toContain('Ada Lovelace')
  expect(seen).not.toContain('Sign in')
})

test('who lacks a scope is told so, and sees the rest', async ({ demo, page }) => {
  await signIn(demo, 'bob', 'Bob Martin')
  await expect(page.getByText('You may look, and add none.')).toBeVisible()
  await expect(page.getByRole('listitem')).toHaveText(catalogue)
  await expect(page.getByText('You may add some, too.')).toBeHidden()
})

test('a callback that nobody asked for signs nobody in', async ({ demo, page }) => {
  await page.goto('/callback?code=stolen&state=made-up')
  await expect(page.locator('main').getByRole('alert')).toContainText('The sign-in did not work.')
  expect(demo.tokenRequests()).toEqual([])
})
