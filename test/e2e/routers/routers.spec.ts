import { expect, test as base, type Page } from '@playwright/test'

interface App {
  readonly page: Page
  readonly heading: (name: string) => Promise<void>
  readonly signInByPassword: (who?: 'ada' | 'bob') => Promise<void>
  readonly signInAtProvider: (who?: 'ada' | 'bob') => Promise<void>
}

/** Where somebody is going: sorted, to one of the orders. */
const going = '/orders?sort=name#jacquard-loom'
const signIn = `/login?returnTo=${encodeURIComponent(going).replaceAll('%20', '+')}`

function createApp(page: Page): App {
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

const test = base.extend<{ app: App }>({
  app: async ({ page, context }, use) => {
    const complaints: string[] = []
    context.on('weberror', (error) => complaints.push(String(error.error())))
    page.on('console', (message) => {
      if (message.type() === 'warning') complaints.push(message.text())
    })
    await use(createApp(page))
    expect(complaints).toEqual([])
  },
})

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
