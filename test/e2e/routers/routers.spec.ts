import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { goBack } from '../goBack.ts'
import { looks } from '../looks.ts'
import { createApp, expect, test } from './app.ts'

/** Where somebody is going: sorted, to one of the orders. */
const going = '/orders?sort=name#jacquard-loom'
const signIn = `/login?returnTo=${encodeURIComponent(going).replaceAll('%20', '+')}`

/** Notes every address that the page shows from now on. */
async function recordPlaces(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.addInitScript(() => {
    const places = (): string[] => JSON.parse(sessionStorage.getItem('places') ?? '[]') as string[]
    const note = (): void => {
      const here = location.href.slice(location.origin.length)
      if (places().at(-1) !== here) sessionStorage.setItem('places', JSON.stringify([...places(), here]))
    }
    note()
    navigation.addEventListener('currententrychange', note)
  })
  return () => page.evaluate(() => JSON.parse(sessionStorage.getItem('places') ?? '[]') as string[])
}

test('a page that needs somebody signed in sends to sign in once and is come back to, with search and hash (password)', async ({ app, page }) => {
  const places = await recordPlaces(page)
  await page.goto(going)
  await app.heading('Sign in')
  await app.signInByPassword()
  await app.heading('Orders')
  await expect(page.getByRole('listitem')).toHaveText(['Analytical Engine', 'Difference Engine', 'Jacquard loom'])
  expect(await places()).toEqual([going, signIn, going])
  await page.reload()
  await app.heading('Orders')
  expect(await places()).toEqual([going, signIn, going])
})

test('it is come back to through the provider', async ({ app, page }) => {
  const places = await recordPlaces(page)
  await page.goto(going)
  await app.heading('Sign in')
  await app.signInAtProvider()
  await app.heading('Orders')
  const seen = await places()
  expect(seen.filter((place) => place.startsWith('/login'))).toEqual([signIn])
  expect(seen.at(-1)).toBe(going)
  expect(seen.filter((place) => place.startsWith('/orders'))).toEqual([going, going])
})

test('the way back leads past the sign-in page, before and after', async ({ app, page }) => {
  await page.goto('/')
  await page.getByRole('link', { name: 'Orders', exact: true }).click()
  await app.heading('Sign in')
  await page.goBack()
  await app.heading('Everybody may be here')
  await page.goForward()
  await app.heading('Sign in')
  await app.signInByPassword()
  await app.heading('Orders')
  await page.goBack()
  await app.heading('Everybody may be here')
})

test('a wrong password says so, and keeps where the person was going', async ({ app, page }) => {
  await page.goto(going)
  await page.getByLabel('Email').fill('ada@example.com')
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('alert')).toHaveText('That did not work (invalid_credentials).')
  await app.signInByPassword()
  await app.heading('Orders')
  await expect(page).toHaveURL(going)
})

test.describe(() => {
  test.use({ expectedWarning: 'auth.diagnose()' })

  test('a provider that does not answer is said on the sign-in page', async ({ app, page }) => {
    await page.goto(going)
    await app.heading('Sign in')
    await page.route('**/.well-known/openid-configuration', (route) => route.abort())
    await page.getByRole('button', { name: 'Sign in with OpenID' }).click()
    await expect(page.getByRole('alert')).toHaveText('That did not work (network).')
    await page.unroute('**/.well-known/openid-configuration')
    await app.signInAtProvider()
    await app.heading('Orders')
  })
})

for (const elsewhere of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
  test(`OR-01 the sign-in page leads to nobody else: ${elsewhere}`, async ({ app, page }) => {
    await page.goto(`/login?returnTo=${encodeURIComponent(elsewhere)}`)
    await app.signInByPassword()
    await app.heading('Everybody may be here')
    await expect(page).toHaveURL('/')
  })
}

test('somebody without the scope is told, and not sent to sign in', async ({ app, page }) => {
  const places = await recordPlaces(page)
  await page.goto('/admin')
  await app.signInAtProvider('bob')
  await app.heading('This page is not for you')
  const seen = await places()
  expect(seen.filter((place) => place.startsWith('/login'))).toEqual(['/login?returnTo=%2Fadmin'])
  expect(seen.at(-1)).toBe('/admin')
  await page.getByRole('link', { name: 'Orders', exact: true }).click()
  await app.heading('Orders')
})

test('somebody with the scope is let in', async ({ app, page }) => {
  await page.goto('/admin')
  await app.signInAtProvider()
  await app.heading('Administration')
  await expect(page.getByText('Ada Lovelace may: ')).toBeVisible()
})

test('signing out in another tab leaves what needs somebody signed in, and signing in there comes back', async ({ app, page, context }) => {
  await page.goto(going)
  await app.signInAtProvider()
  await app.heading('Orders')
  const other = createApp(await context.newPage())
  await other.page.goto('/admin')
  await other.heading('Administration')

  await other.page.getByRole('button', { name: 'Sign out' }).click()
  await other.heading('Sign in')
  await app.heading('Sign in')
  await expect(page).toHaveURL(signIn)
  await expect(other.page).toHaveURL('/login?returnTo=%2Fadmin')

  await page.bringToFront()
  await app.signInByPassword()
  await app.heading('Orders')
  await expect(page).toHaveURL(going)
})

test('a sign-in page that sends people back though nobody is signed in ends in an error that says so', async ({ app, page }) => {
  // However slow the machine is, it goes round at once.
  await page.clock.setFixedTime(new Date())
  await page.addInitScript(() => {
    if (location.pathname !== '/orders') return
    navigation.addEventListener('navigatesuccess', () => {
      const { pathname, search } = location
      // As an app would: by loading the page anew.
      if (pathname === '/login') location.replace(new URLSearchParams(search).get('returnTo') ?? '/')
    })
  })
  const places = await recordPlaces(page)
  await page.goto('/orders')
  await app.heading('That did not work')
  await expect(page.getByRole('alert')).toContainText('Going to /orders led to the sign-in page again and again')
  await expect(page).toHaveURL('/orders')
  expect((await places()).filter((place) => place.startsWith('/login'))).toHaveLength(5)
})

test('a server that does not answer is no reason to sign in: it is said, and can be tried again', async ({ app, page }) => {
  await page.goto('/orders')
  await app.signInByPassword()
  await app.heading('Orders')
  await page.getByRole('link', { name: 'Home' }).click()
  await page.route('**/v1/resources', (route) => route.abort())
  await page.getByRole('link', { name: 'Orders', exact: true }).click()
  await app.heading('That did not work')
  await page.unroute('**/v1/resources')
  await page.getByRole('button', { name: 'Try again' }).click()
  await app.heading('Orders')
})

test('a session that the API refuses ends on the sign-in page, once, with where the person was', async ({ app, page }) => {
  await page.goto('/')
  await page.getByRole('link', { name: 'Sign in' }).click()
  await app.signInByPassword()
  await app.heading('Everybody may be here')
  const refusal = { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"', 'access-control-allow-origin': '*' } }
  await page.route('**/v1/resources', (route) => route.fulfill(refusal))
  const places = await recordPlaces(page)
  await page.goto(going)
  await app.heading('Sign in')
  await expect(page).toHaveURL(signIn)
  expect((await places()).filter((place) => place.startsWith('/login'))).toHaveLength(1)
  await page.unroute('**/v1/resources')
  await app.signInByPassword()
  await app.heading('Orders')
  await expect(page).toHaveURL(going)
})

test('a link that is hovered over goes nowhere and asks no server', async ({ app, page }) => {
  await page.goto('/')
  await app.heading('Everybody may be here')
  await page.clock.install()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const length = await page.evaluate(() => history.length)
  for (const name of ['Admin', 'Orders']) {
    await page.getByRole('link', { name, exact: true }).hover()
    // A router waits a moment, for whoever only passes by.
    await page.clock.runFor(1_000)
  }
  await expect(page).toHaveURL('/')
  expect([await page.evaluate(() => history.length), asked]).toEqual([length, []])
})

test('whoever is signed in has no sign-in page, and it leaves no trace', async ({ app, page }) => {
  await page.goto('/orders')
  await app.signInByPassword()
  await app.heading('Orders')
  await page.goto('/login?returnTo=%2F')
  await app.heading('Everybody may be here')
  await goBack(page)
  await app.heading('Orders')
})

/** What axe finds, and whether the page is wider than the screen. */
async function findProblems(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  return [...violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`)), ...(isTooWide ? ['too wide'] : [])]
}

for (const { colorScheme, width, height } of looks) {
  test(`axe finds nothing on any page at ${width} pixels in ${colorScheme}`, async ({ app, page, context }) => {
    test.slow()
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height })
    const visit = async (path: string, heading?: string): Promise<void> => {
      await page.goto(path)
      if (heading === undefined) await expect(page.getByRole('alert')).toBeVisible()
      else await app.heading(heading)
      expect(await findProblems(page), path).toEqual([])
    }
    await visit('/', 'Everybody may be here')
    await visit('/callback?code=stolen&state=made-up')
    await visit('/admin', 'Sign in')
    await page.getByLabel('Email').fill('bob@example.com')
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(page.getByRole('alert')).toBeVisible()
    expect(await findProblems(page), 'after a wrong password').toEqual([])
    await app.signInAtProvider('bob')
    await app.heading('This page is not for you')
    expect(await findProblems(page), 'not for Bob').toEqual([])
    await visit('/', 'Everybody may be here')
    await visit('/orders', 'Orders')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await app.heading('Sign in')
    // The provider would know him again.
    await context.clearCookies()
    await app.signInAtProvider()
    await app.heading('Orders')
    await visit('/admin', 'Administration')
    await page.route('**/v1/resources', (route) => route.abort())
    await visit('/orders', 'That did not work')
  })
}
