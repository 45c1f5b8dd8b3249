import { expect, test as base, type BrowserContext, type Page } from '@playwright/test'
import { readDatabases, readPage } from './readPage.ts'
import { lineOf, recordWire, type Sent, type Wire } from './wire.ts'

/** Somebody who can sign in. */
export type Who = 'ada' | 'bob'

/** The demo in a tab of a browser, and what it sends. */
export interface Demo {
  readonly page: Page
  readonly identityOrigin: string
  readonly demoOrigin: string
  /** Of all tabs. */
  readonly wire: Wire
  /** Requests of this tab to the identity server, in order. */
  readonly sent: () => readonly Sent[]
  /** The same, a line each; the first so many left out. */
  readonly lines: (from?: number) => readonly string[]
  /** The part of {@link sent} that asked for tokens: `POST /token` and the password endpoints. */
  readonly tokenRequests: () => readonly Sent[]
  readonly button: (name: string) => ReturnType<Page['getByRole']>
  readonly status: ReturnType<Page['getByRole']>
  /** Chooses in a radio group. */
  readonly choose: (name: string) => Promise<void>
  /** Opens a page of the demo with these settings. */
  readonly open: (path: string, settings?: Readonly<Record<string, string>>) => Promise<void>
  /** Fills in the identity server's pages, in this tab or another window. */
  readonly signInAtProvider: (who?: Who, consent?: 'Allow' | 'Deny', where?: Page) => Promise<void>
  /** From the method's page through the provider, back to signed in. */
  readonly signInByRedirect: (who?: Who) => Promise<void>
  readonly signInByPassword: (who?: Who, button?: string) => Promise<void>
  /** Has the desk hand out a secret of this name to the form on the page, and signs in with it. */
  readonly signInBySecret: (label: string, who?: Who, button?: string) => Promise<void>
  /** Calls an API and gives the status that the page shows in the end. */
  readonly call: (button: 'Call the API' | 'Call the admin API') => Promise<number>
  /** Signs out and waits until the page says so. */
  readonly signOut: () => Promise<void>
  /** The same where the page leaves for the provider, which signs out there too and sends it back. */
  readonly signOutAtProvider: () => Promise<void>
  /** The latest secret of this name that this tab was given. */
  readonly secret: (name: string) => string
  /** Names of the secrets that this tab holds in a storage, a database, a cookie that scripts see, its history, its address or its document. */
  readonly held: () => Promise<readonly string[]>
  /** All that this tab keeps in its two storages and in cookies that scripts see, as text. */
  readonly stored: () => Promise<string>
  /** All that the databases of this origin hold, a text for each record. */
  readonly records: () => Promise<readonly string[]>
  /** Changes parameters of the next callback before the app sees it; gives what they were. */
  readonly tamper: (parameters: Record<string, string>) => Promise<() => Promise<string>>
  /** Another tab of the same browser. */
  readonly beside: () => Promise<Demo>
  /** A copy of this tab: it has the same sessionStorage. */
  readonly copy: () => Promise<Demo>
}

const names = { ada: 'Ada', bob: 'Bob' }
const fullNames = { ada: 'Ada Lovelace', bob: 'Bob Martin' }

interface Options {
  /** Names of the parameters that may hold a secret in an address, because the documentation says so. */
  readonly documentedSecrets: readonly string[]
}

export const test = base.extend<Options & { demo: Demo }>({
  documentedSecrets: [['id_token_hint'], { option: true }],
  demo: async ({ page, context, baseURL, documentedSecrets }, use, info) => {
    const { identityOrigin } = info.project.metadata as { identityOrigin: string }
    const demoOrigin = new URL(baseURL ?? '').origin
    const wire = await recordWire(context, { demo: demoOrigin, identity: identityOrigin })
    const problems: string[] = []
    context.on('weberror', (error) => problems.push(String(error.error())))
    await use(createDemo(page, { context, demoOrigin, identityOrigin, wire }))
    expect(problems, 'uncaught errors of the pages').toEqual([])
    expect(wire.strangers(), 'requests to other servers').toEqual([])
    expect(wire.leaks(documentedSecrets, await leftBehind(context, demoOrigin)), 'INV-22: secrets in addresses, in the console, in localStorage or in cookies that scripts see').toEqual([])
  },
})

export { expect }

/** What the pages of the app that are open show and keep where no secret belongs. */
async function leftBehind(context: BrowserContext, origin: string): Promise<string[]> {
  const pages = context.pages().filter((page) => page.url().startsWith(`${origin}/`))
  const read = (page: Page): Promise<string> => page.evaluate(() => [location.href, JSON.stringify([history.state, Object.entries(localStorage)]), document.cookie].join('\n'))
  // A page that just closes or leaves has nothing any more.
  return Promise.all(pages.map((page) => read(page).catch(() => page.url())))
}

interface Browser extends Pick<Demo, 'demoOrigin' | 'identityOrigin' | 'wire'> {
  readonly context: BrowserContext
}

function createDemo(page: Page, browser: Browser): Demo {
  const { context, wire, ...origins } = browser
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const status = page.getByRole('status')
  const sent = () => wire.sent.filter((entry) => entry.page === page)
  const choose = (name: string) => page.getByRole('radio', { name, exact: true }).check()
  const expectSignedIn = (who: Who) => expect(status).toContainText(`Signed in as ${fullNames[who]}`)

  const signInAtProvider: Demo['signInAtProvider'] = async (who = 'ada', consent = 'Allow', where = page) => {
    // Pages of the demo have such fields too.
    await where.waitForURL(`${browser.identityOrigin}/**`)
    await where.getByLabel('Email').fill(`${who}@example.com`)
    await where.getByLabel('Password').fill('correct-horse')
    await where.getByRole('button', { name: 'Sign in' }).click()
    await where.getByRole('button', { name: consent }).click()
  }
  return {
    ...origins,
    page,
    wire,
    sent,
    lines: (from = 0) => sent().slice(from).map(lineOf),
    tokenRequests: () => sent().filter(({ what }) => what === 'POST /token' || what.startsWith('POST /v1/auth/')),
    button,
    status,
    choose,
    open: async (path, settings = {}) => void (await page.goto(`${path}?${new URLSearchParams(settings).toString()}`)),
    signInAtProvider,
    async signInByRedirect(who = 'ada') {
      await button('Sign in').click()
      await signInAtProvider(who)
      await expectSignedIn(who)
    },
    async signInByPassword(who = 'ada', name = 'Sign in') {
      await page.getByLabel('Email').fill(`${who}@example.com`)
      await page.getByLabel('Password').fill('correct-horse')
      await button(name).click()
      await expectSignedIn(who)
    },
    async signInBySecret(label, who = 'ada', name = 'Sign in') {
      await choose(names[who])
      await button('Get one').click()
      await expect(page.getByLabel(label, { exact: true })).not.toHaveValue('')
      await button(name).click()
      await expect(status).toContainText('Signed in ')
    },
    async call(name) {
      const path = name === 'Call the API' ? '/v1/resources' : '/v1/admin'
      const before = sent().length
      await button(name).click()
      const last = () => sent().slice(before).findLast(({ what }) => what === `GET ${path}`)
      // The last answer stays on the screen until the next is there, and a refused call may be repeated.
      const isShown = async () => (await page.locator('.answer-line').textContent())?.startsWith(`GET ${path}${last()?.status}`)
      await expect.poll(isShown, { intervals: [50] }).toBe(true)
      return last()?.status ?? 0
    },
    async signOut() {
      await button('Sign out').click()
      await expect(status).toHaveText(/Nobody is signed in/)
    },
    async signOutAtProvider() {
      const ended = page.waitForResponse((response) => new URL(response.url()).pathname === '/session/end/confirm')
      await button('Sign out').click()
      await ended
      await expect(status).toHaveText('Nobody is signed in.')
    },
    secret: (name) => wire.secret(page, name),
    held: async () => wire.secretsIn([await page.evaluate(readPage), ...(await page.evaluate(readDatabases))].join(' ')),
    stored: () => page.evaluate(() => JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage), document.cookie])),
    records: () => page.evaluate(readDatabases),
    async tamper(parameters) {
      await page.addInitScript((changes) => {
        if (!location.pathname.endsWith('/callback') || sessionStorage.getItem('untampered') !== null) return
        sessionStorage.setItem('untampered', location.href)
        const url = new URL(location.href)
        for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value)
        history.replaceState(null, '', url)
      }, parameters)
      return () => page.evaluate(() => sessionStorage.getItem('untampered') ?? '')
    },
    beside: async () => createDemo(await context.newPage(), browser),
    async copy() {
      const [opened] = await Promise.all([context.waitForEvent('page'), button('Open this session in another tab').click()])
      return createDemo(opened, browser)
    },
  }
}
