import { expect, test } from './demo.ts'

const pages = {
  '/authorization-code': 'Authorization code with PKCE',
  '/sender-constrained': 'Sender-constrained tokens',
  '/backend-code': 'Code through your own backend',
  '/password': 'Password',
  '/cookie-session': 'Cookie session',
  '/firebase': 'Firebase',
  '/access-token': 'Permanent access token',
  '/ephemeral-token': 'Ephemeral token',
  '/refresh-token': 'Refresh token from elsewhere',
  '/api-key': 'API key',
  '/client-credentials': 'Client credentials',
  '/several': 'One app, several ways',
  '/two-at-once': 'Two at once',
  '/session-expired': 'Session expired',
  '/left-alone': 'Left alone',
}

test('lists the ten methods, bound tokens, the two ways to have several and what comes after an end, and leads to each', async ({ demo, page }) => {
  await page.goto('/')
  const cards = page.getByRole('main').getByRole('listitem').getByRole('link')
  const listed = await cards.evaluateAll((links) => links.map((link) => [link.getAttribute('href'), link.textContent]))
  expect(Object.fromEntries(listed)).toEqual(pages)
  for (const [path, name] of Object.entries(pages)) {
    await cards.getByText(name, { exact: true }).click()
    await expect(page).toHaveURL(path)
    await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible()
    await expect(page.getByRole('status').first()).toHaveText('Nobody is signed in.')
    await page.getByRole('link', { name: 'All methods' }).click()
  }
  // Looking around asks nothing but who is signed in, where only the server knows.
  expect(new Set(demo.lines())).toEqual(new Set(['GET /v1/session 401']))
})
