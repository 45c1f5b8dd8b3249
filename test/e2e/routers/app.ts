import { expect, test as base, type Page } from '@playwright/test'

/** An example in a tab of a browser. */
export interface App {
  readonly page: Page
  readonly heading: (name: string) => Promise<void>
  readonly signInByPassword: (who?: 'ada' | 'bob') => Promise<void>
  readonly signInAtProvider: (who?: 'ada' | 'bob') => Promise<void>
}

export function createApp(page: Page): App {
  return {
    page,
    heading: (name) => expect(page.getByRole('heading', { level: 1 })).toHaveText(name),
    async signInByPassword(who = 'ada') {
      await page.getByLabel('Email').fill(`${who}@example.com`)
      await page.getByLabel('Password').fill('correct-horse')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    },
    async signInAtProvider(who = 'ada') {
      await page.getByRole('button', { name: 'Sign in with OpenID' }).click()
      // The app's own page has such fields too.
      await page.waitForURL('**/interaction/**')
      await page.getByLabel('Email').fill(`${who}@example.com`)
      await page.getByLabel('Password').fill('correct-horse')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('button', { name: 'Allow' }).click()
    },
  }
}

interface Fixtures {
  readonly app: App
  /** Part of warnings that the test brings about. */
  readonly expectedWarning: string | null
}

export const test = base.extend<Fixtures>({
  expectedWarning: [null, { option: true }],
  app: async ({ page, context, expectedWarning }, use) => {
    const complaints: string[] = []
    context.on('weberror', (error) => complaints.push(String(error.error())))
    page.on('console', (message) => {
      const isExpected = expectedWarning !== null && message.text().includes(expectedWarning)
      if (message.type() === 'warning' && !isExpected) complaints.push(message.text())
    })
    await use(createApp(page))
    expect(complaints).toEqual([])
  },
})

export { expect }
