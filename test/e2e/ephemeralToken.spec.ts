import { expect, test, type Demo } from './demo.ts'

const path = '/ephemeral-token'
const desk = 'POST /demo/ephemeral-token {email} 200'
const exchange = 'POST /v1/sessions/exchange?lifetime=60 {ephemeral_token} 200'
const signedIn = 'Signed in for a while, with a session token.'

/** Has the desk hand out a token to the form of the page. */
async function getOne(demo: Demo): Promise<string> {
  await demo.button('Get one').click()
  await expect(demo.page.getByLabel('Ephemeral token', { exact: true })).not.toHaveValue('')
  return demo.secret('ephemeral_token')
}

/** All addresses that one can go back to. */
async function history({ page }: Demo): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const { entries } = await session.send('Page.getNavigationHistory')
  return entries.map(({ url }) => url).join(' ')
}

/** Writes down where the page is while its exchange is on the way. */
async function watchExchange(demo: Demo): Promise<readonly string[]> {
  const seen: string[] = []
  await demo.page.route('**/v1/sessions/exchange*', async (route) => {
    seen.push(await demo.page.evaluate(() => location.href), await history(demo))
    await route.continue()
  })
  return seen
}

test.describe('links', () => {
  // What the link is for; in a query, the server of the page sees it too.
  test.use({ documentedSecrets: ['ephemeral_token'] })

  for (const mark of ['#', '&']) {
    test(`a token in the address (${mark}) is gone from it, and from the history, before it is sent`, async ({ demo, page }) => {
      await demo.open(path)
      const token = await getOne(demo)
      const seen = await watchExchange(demo)
      await page.goto('/')
      await page.goto(`${path}?storage=session&from=mail${mark}ephemeral_token=${encodeURIComponent(token)}`)
      await expect(demo.status).toHaveText(signedIn)
      await expect(page).toHaveURL(`${path}?storage=session&from=mail`)
      expect(seen).toHaveLength(2)
      for (const text of [...seen, await history(demo), await demo.stored()]) expect(text).not.toContain(token)
      await expect.poll(() => demo.lines()).toEqual([desk, exchange])
    })
  }

  test('the link of the page signs in where it is, and the back button does not bring the token back', async ({ demo, page }) => {
    await demo.open(path, { storage: 'session' })
    const token = await getOne(demo)
    await page.getByRole('link', { name: 'Open this page with the token in its address' }).click()
    await expect(demo.status).toHaveText(signedIn)
    await expect(page).toHaveURL(`${path}?storage=session`)
    expect(await history(demo)).not.toContain(token)
    await page.reload()
    await expect(demo.status).toHaveText(signedIn)
    await expect.poll(() => demo.lines()).toEqual([desk, exchange])
  })

  test('a link that was used before is said in words, and signs nobody in', async ({ demo }) => {
    await demo.open(path, { storage: 'memory' })
    const link = `${path}#ephemeral_token=${encodeURIComponent(await getOne(demo))}`
    await demo.button('Sign in').click()
    await expect(demo.status).toHaveText(signedIn)

    const second = await demo.beside()
    await second.page.goto(link)
    await expect(second.page.getByRole('alert')).toHaveText('The server does not accept this token: used before, expired, or mistyped.')
    await expect(second.status).toHaveText('Nobody is signed in.')
    await expect(second.page).toHaveURL(path)
    expect(second.lines()).toEqual([exchange.replace('200', '401')])
    expect(await demo.call('Call the API')).toBe(200)
  })

  test('@dev StrictMode: one exchange, though React runs every effect twice', async ({ demo, page }) => {
    await demo.open(path)
    const token = await getOne(demo)
    await page.goto('/')
    await page.goto(`${path}#ephemeral_token=${encodeURIComponent(token)}`)
    await expect(demo.status).toHaveText(signedIn)
    await expect.poll(() => demo.lines()).toEqual([desk, exchange])
  })
})

test('without anybody to mint another token, the session ends with its token, and asks for nothing', async ({ demo, page }) => {
  await page.clock.install()
  await demo.open(path, { lifetime: '8' })
  await demo.signInBySecret('Ephemeral token')
  await expect(demo.button('Refresh now')).toBeDisabled()
  const before = demo.sent().length
  await page.clock.fastForward(8_000)
  await expect(demo.status).toHaveText('The session ended: it ran out, or was ended elsewhere.')
  await expect(demo.button('Call the API')).toBeDisabled()
  await expect.poll(() => demo.lines(before)).toEqual([])
  expect(await demo.held()).toEqual([])
})
