import { goBack } from '../goBack.ts'
import { createApp, expect, test } from './app.ts'

test('XT-11 a guarded page that comes out of the cache after a sign-out in another tab is left for the sign-in page', async ({ app, page, context }, info) => {
  const { identityOrigin } = info.project.metadata as { identityOrigin: string }
  await page.addInitScript(() => {
    addEventListener('pageshow', ({ persisted }) => persisted && document.documentElement.setAttribute('data-restored', ''))
  })
  await page.goto('/orders?sort=name')
  await app.signInByPassword()
  await app.heading('Orders')
  const other = createApp(await context.newPage())
  await other.page.goto('/orders')
  await other.heading('Orders')

  await page.goto(`${identityOrigin}/.well-known/openid-configuration`)
  await other.page.getByRole('button', { name: 'Sign out' }).click()
  await other.heading('Sign in')
  await goBack(page)
  await expect(page.locator('html')).toHaveAttribute('data-restored')
  await app.heading('Sign in')
  await expect(page).toHaveURL('/login?returnTo=%2Forders%3Fsort%3Dname')
})
