import { expect, test as base, type Page, type Request } from '@playwright/test'

/** A request that the demo sent to the identity server, as its network log has it. */
export interface Sent {
  /** `POST /token` */
  readonly what: string
  /** `grant_type` of a token request. */
  readonly grant: string | null
  readonly bearer: string | null
  readonly body: string
  /** 0 until the answer is there. */
  status: number
  readonly at: number
}

/** The demo in a browser, and what it sends. */
export interface Demo {
  readonly page: Page
  readonly identityOrigin: string
  /** Requests of the app itself to the identity server, in order; the pages of the server and preflights are not among them. */
  readonly sent: readonly Sent[]
  /** The part of {@link sent} that asked for tokens: `POST /token` and the password endpoints. */
  readonly tokenRequests: () => readonly Sent[]
  readonly button: (name: string) => ReturnType<Page['getByRole']>
  readonly status: ReturnType<Page['getByRole']>
  /** Fills in the identity server's pages. */
  readonly signInAtProvider: (email: 'ada' | 'bob', consent?: 'Allow' | 'Deny') => Promise<void>
  /** From the method's page through the provider, back to signed in. */
  readonly signInByRedirect: (email?: 'ada' | 'bob') => Promise<void>
  readonly signInByPassword: (email?: 'ada' | 'bob') => Promise<void>
  /** Calls an API and gives the status that the page shows. */
  readonly call: (button: 'Call the API' | 'Call the admin API') => Promise<number>
  /** All that the page keeps in its two storages and its cookies, as text. */
  readonly stored: () => Promise<string>
  /** The refresh token in sessionStorage; `null` when there is none. */
  readonly storedRefreshToken: () => Promise<string | null>
  /** Changes parameters of the next callback before the app sees it; gives what they were. */
  readonly tamper: (parameters: Record<string, string>) => Promise<() => Promise<string>>
}

const names = { ada: 'Ada Lovelace', bob: 'Bob Martin' }

export const test = base.extend<{ demo: Demo }>({
  demo: async ({ page }, use, info) => {
    const { identityOrigin } = info.project.metadata as { identityOrigin: string }
    const sent: Sent[] = []
    const open = new Map<Request, Sent>()
    const problems: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(identityOrigin) || request.resourceType() !== 'fetch') return
      const body = request.postData() ?? ''
      const entry: Sent = {
        what: `${request.method()} ${new URL(request.url()).pathname}`,
        grant: new URLSearchParams(body).get('grant_type'),
        bearer: request.headers()['authorization']?.replace('Bearer ', '') ?? null,
        body,
        status: 0,
        at: Date.now(),
      }
      sent.push(entry)
      open.set(request, entry)
    })
    page.on('response', (response) => {
      const entry = open.get(response.request())
      if (entry !== undefined) entry.status = response.status()
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    const status = page.getByRole('status')

    const signInAtProvider: Demo['signInAtProvider'] = async (email, consent = 'Allow') => {
      await page.getByLabel('Email').fill(`${email}@example.com`)
      await page.getByLabel('Password').fill('correct-horse')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: consent }).click()
    }
    await use({
      page,
      identityOrigin,
      sent,
      tokenRequests: () => sent.filter(({ what }) => what === 'POST /token' || what.startsWith('POST /v1/auth/')),
      button,
      status,
      signInAtProvider,
      async signInByRedirect(email = 'ada') {
        await button('Sign in').click()
        await signInAtProvider(email)
        await expect(status).toContainText(`Signed in as ${names[email]}`)
      },
      async signInByPassword(email = 'ada') {
        await page.getByLabel('Email').fill(`${email}@example.com`)
        await page.getByLabel('Password').fill('correct-horse')
        await button('Sign in').click()
        await expect(status).toContainText(`Signed in as ${names[email]}`)
      },
      async call(name) {
        const answered = page.waitForResponse((response) => /\/v1\/(resources|admin)$/.test(response.url()) && response.request().method() === 'GET')
        await button(name).click()
        const answer = (await answered).status()
        // The last answer stays on the screen until the next is there.
        await expect(page.locator('.answer-line')).toHaveText(new RegExp(`^GET ${name === 'Call the API' ? '/v1/resources' : '/v1/admin'}\\s*${answer}\\b`))
        return answer
      },
      stored: () => page.evaluate(() => JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage), document.cookie])),
      storedRefreshToken: () =>
        page.evaluate(() => {
          const key = Object.keys(sessionStorage).find((name) => name.endsWith(':tokens')) ?? ''
          return /"refreshToken":"([^"]+)"/.exec(sessionStorage.getItem(key) ?? '')?.[1] ?? null
        }),
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
    })
    expect(problems, 'uncaught errors of the page').toEqual([])
  },
})

export { expect }
