import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'

// Playwright switches partitioning off by the name of its feature; of two such lists the browser takes the last.
test.use({ launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), '--disable-features=Translate'] }) })

const path = '/password?storage=shared&lifetime=3600'
const signedIn = 'Signed in as Ada Lovelace.'

test("XT-13 in another site's frame, where browsers partition storage, nobody is signed in by the session of this site's tabs, and nothing is sent", async ({ page, context, baseURL }) => {
  // Another site, though on this machine too.
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(`<iframe src="${baseURL}${path}" width="900" height="900"></iframe>`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await page.goto(path)
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Password').fill('correct-horse')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(page.getByRole('status')).toHaveText(signedIn)

    const beside = await context.newPage()
    await beside.goto(path)
    await expect(beside.getByRole('status')).toHaveText(signedIn)

    const embedder = await context.newPage()
    const sent: string[] = []
    embedder.on('request', (request) => void (request.resourceType() === 'fetch' && sent.push(request.url())))
    await embedder.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const frame = embedder.frameLocator('iframe')
    await expect(frame.getByRole('status')).toHaveText('Nobody is signed in.')
    // Also when the tabs of the session have just said something, and one of them has heard it.
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await expect(beside.getByText(/another tab/i).first()).toBeVisible()
    await embedder.bringToFront()
    await expect(frame.getByRole('status')).toHaveText('Nobody is signed in.')
    expect(sent).toEqual([])

    await embedder.close()
    for (const tab of [page, beside]) await expect(tab.getByRole('status')).toHaveText(signedIn)
  } finally {
    server.close()
  }
})
