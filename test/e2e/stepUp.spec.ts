import type { Page } from '@playwright/test'
import { expect, test, type Demo } from './demo.ts'

const path = '/authorization-code'

const payment = (page: Page) => page.getByTestId('payment')

/** What was asked of the payments, and what came of it. */
const payments = (demo: Demo): readonly string[] => demo.lines().filter((line) => line.includes('/v1/payments')).map((line) => line.replace(/^POST \/v1\/payments /, ''))

/** The requests that were pushed to the provider. */
const pushed = (demo: Demo): Record<string, string>[] =>
  demo.sent().filter(({ what }) => what === 'POST /request').map(({ body }) => Object.fromEntries(new URLSearchParams(body)))

async function allow(where: Page): Promise<void> {
  await where.getByRole('button', { name: 'Allow' }).click()
}

async function typePassword(where: Page, who: 'ada' | 'bob' = 'ada'): Promise<void> {
  if (who === 'bob') await where.getByLabel('Email').fill('bob@example.com')
  else await expect(where.getByLabel('Email')).toHaveValue('ada@example.com')
  await where.getByLabel('Password').fill('correct-horse')
  await where.getByRole('button', { name: 'Sign in' }).click()
}

/** Presses the button, and gives the page of the provider: this one, or a window beside it. */
async function press(demo: Demo, name: string, window: 'redirect' | 'popup'): Promise<Page> {
  const opened = window === 'popup' ? demo.page.waitForEvent('popup') : null
  await demo.button(name).click()
  const where = opened === null ? demo.page : await opened
  await where.waitForURL(`${demo.identityOrigin}/**`)
  return where
}

async function signIn(demo: Demo, window: 'redirect' | 'popup'): Promise<void> {
  await demo.open(path, { window, lifetime: '3600', storage: 'session' })
  await demo.signInAtProvider('ada', 'Allow', await press(demo, 'Sign in', window))
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
}

for (const window of ['redirect', 'popup'] as const) {
  test(`FE-13: by ${window}, a right that is missing is asked for, and what needed it is done`, async ({ demo, page }) => {
    await signIn(demo, window)
    await expect(payment(page)).toHaveText('Nothing paid yet.')

    await allow(await press(demo, 'Pay 20', window))
    await expect(payment(page)).toHaveText('Paid 20.')
    await expect.poll(() => payments(demo)).toEqual(['403', '201'])
    expect(pushed(demo).at(-1)).toMatchObject({ scope: 'openid profile email offline_access read:resources write:resources payments', login_hint: 'ada@example.com' })
    await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
    expect(new URL(page.url()).pathname).toBe(path)

    // The session has it from now on, also after a refresh.
    await demo.button('Refresh now').click()
    await expect(page.getByText('Done: the session is renewed.')).toBeVisible()
    await demo.button('Pay 20').click()
    await expect.poll(() => payments(demo)).toEqual(['403', '201', '201'])
    expect(pushed(demo)).toHaveLength(2)
  })

  test(`ID-24: by ${window}, a sign-in that is too old is done again, and what needed it is done`, async ({ demo, page }) => {
    await signIn(demo, window)
    await allow(await press(demo, 'Pay 20', window))
    await expect(payment(page)).toHaveText('Paid 20.')

    // The sign-in is only seconds old: the API answers as it would in half a minute, and then by itself.
    let asked = 0
    await page.route(`${demo.identityOrigin}/v1/payments`, async (route) => {
      if (route.request().method() !== 'POST' || asked++ > 0) return route.continue()
      return route.fulfill({
        status: 401,
        headers: {
          'access-control-allow-origin': demo.demoOrigin,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'WWW-Authenticate',
          'www-authenticate': 'Bearer error="insufficient_user_authentication", acr_values="urn:oasis:names:tc:SAML:2.0:ac:classes:Password", max_age="0"',
        },
        json: { error: 'insufficient_user_authentication' },
      })
    })
    const tokens = demo.tokenRequests().length
    const where = await press(demo, 'Pay 500', window)
    await typePassword(where)
    await expect(payment(page)).toHaveText('Paid 500.')
    expect(pushed(demo).at(-1)).toMatchObject({ max_age: '0', acr_values: 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password' })
    // One exchange of a code, and no refresh.
    expect(demo.tokenRequests().length).toBe(tokens + 1)
    expect(asked).toBe(2)
  })

  test(`OR-11: by ${window}, an API that is never content starts one sign-in, not a circle`, async ({ demo, page }) => {
    await signIn(demo, window)
    await page.route(`${demo.identityOrigin}/v1/payments`, (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 403,
            headers: {
              'access-control-allow-origin': demo.demoOrigin,
              'access-control-allow-credentials': 'true',
              'access-control-expose-headers': 'WWW-Authenticate',
              'www-authenticate': 'Bearer error="insufficient_scope", scope="payments"',
            },
            json: {},
          })
        : route.continue(),
    )
    await allow(await press(demo, 'Pay 20', window))
    await expect(payment(page)).toHaveText('Not paid 20: the API answered 403.')
    for (let round = 0; round < 3; round++) {
      await demo.button('Pay 20').click()
      await expect(payment(page)).toHaveText('You have just signed in for this, and the API still refuses.')
    }
    expect(pushed(demo)).toHaveLength(2)
    await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  })

  test(`by ${window}, somebody else at the provider changes nothing here`, async ({ demo, page, context }) => {
    await signIn(demo, window)
    // The provider has forgotten Ada, and Bob sits there.
    await context.clearCookies()
    const where = await press(demo, 'Pay 20', window)
    await typePassword(where, 'bob')
    await allow(where)
    const revoked = () => demo.lines().filter((line) => line.startsWith('POST /token/revocation'))
    if (window === 'redirect') {
      await expect(page.getByRole('alert')).toContainText('Somebody else signed in meanwhile.')
      await expect.poll(revoked).toHaveLength(1)
      await page.goto(path)
    } else {
      await expect(payment(page)).toHaveText('Somebody else signed in meanwhile.')
      await expect.poll(revoked).toHaveLength(1)
    }
    await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
    expect(await demo.call('Call the admin API')).toBe(200)
  })
}
