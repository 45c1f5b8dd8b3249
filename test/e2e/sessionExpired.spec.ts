import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test, type Demo } from './demo.ts'

const path = '/session-expired'

const dialog = ({ page }: Demo) => page.getByRole('dialog', { name: 'Your session has ended' })
const field = ({ page }: Demo) => page.getByLabel('Name of the resource')

/** How many resources of this name the server has: whoever has the session's cookie may ask. */
async function countOf({ page, identityOrigin }: Demo, name: string): Promise<number> {
  const { resources } = (await (await page.request.get(`${identityOrigin}/v1/resources`)).json()) as { readonly resources: readonly { readonly name: string }[] }
  return resources.filter((each) => each.name === name).length
}

async function signInAgain(demo: Demo, who: 'ada' | 'bob'): Promise<void> {
  await demo.page.getByLabel('Email').fill(`${who}@example.com`)
  await demo.page.getByLabel('Password').fill('correct-horse')
  await demo.button('Sign in again').click()
}

/** Signed in by the form; it is filled in, and what is sent meets the end of the session. */
async function meetTheEnd(demo: Demo, who: 'ada' | 'bob', name: string): Promise<void> {
  await demo.open(path, { way: 'form' })
  await demo.signInByPassword(who)
  const revoked = demo.page.waitForResponse('**/demo/revoke')
  await demo.button('Revoke it at the server').click()
  await revoked
  await field(demo).fill(name)
  await demo.button('Add it').click()
  await expect(dialog(demo)).toContainText('Waiting to be sent: 1.')
}

/** Notes, in each frame and at each change, who is named on the page and what the form holds. */
async function watchFrames(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const seen: string[] = []
    Reflect.set(window, 'seen', seen)
    const note = (): void => {
      const text = `${document.querySelector('[role=status]')?.textContent} | ${document.querySelector<HTMLInputElement>('input[name=name]')?.value}`
      if (seen.at(-1) !== text) seen.push(text)
    }
    new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    const frame = (): void => {
      note()
      requestAnimationFrame(frame)
    }
    frame()
  })
  return () => page.evaluate((): readonly string[] => Reflect.get(window, 'seen'))
}

// In development too, where StrictMode mounts everything twice.
for (const tag of ['', ' @dev']) {
  test(`the same person signs in again in place: the form is sent once, with its content${tag}`, async ({ demo, page }) => {
    const name = `Loom ${Date.now()}`
    await meetTheEnd(demo, 'ada', name)
    const before = demo.sent().length
    await field(demo).evaluate((input) => input.setAttribute('data-marker', ''))
    await expect(field(demo)).toHaveValue(name)
    await expect(page.getByLabel('Email')).toBeFocused()
    // Nothing of the page can be used meanwhile.
    await expect(page.locator('[inert]')).toContainText('Add it')
    await field(demo).evaluate((input) => input.focus())
    await expect(page.getByLabel('Email')).toBeFocused()

    await signInAgain(demo, 'ada')
    await expect(page.getByText(`Added “${name}”.`)).toBeVisible()
    await expect(dialog(demo)).toHaveCount(0)
    await expect(page.locator('[inert]')).toHaveCount(0)
    await expect(field(demo)).toHaveAttribute('data-marker')
    await expect(field(demo)).toHaveValue(name)
    await expect(demo.button('Add it')).toBeFocused()
    expect(demo.lines(before)).toEqual(['POST /v1/session/login {email password} 200', 'POST /v1/resources 201'])
    expect(await countOf(demo, name)).toBe(1)
  })
}

test('the keyboard stays in the dialog, which Escape does not close', async ({ demo, page }) => {
  await meetTheEnd(demo, 'ada', `Loom ${Date.now()}`)
  await expect(dialog(demo)).toHaveAccessibleDescription(/go on where you were/)
  const focused = () => page.evaluate(() => (document.activeElement?.closest('dialog') === null ? document.activeElement.tagName : 'in the dialog'))
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('Tab')
    // After the last comes the browser's own frame, and never the page.
    expect(await focused()).toMatch(/^in the dialog$|^BODY$/)
  }
  for (let i = 0; i < 3; i++) await page.keyboard.press('Escape')
  await expect(dialog(demo)).toBeVisible()
  expect(await dialog(demo).evaluate((element) => element.matches(':modal'))).toBe(true)
  await signInAgain(demo, 'ada')
  await expect(dialog(demo)).toHaveCount(0)
  await expect(demo.button('Add it')).toBeFocused()
})

test('a reload loses what waits, and sends nothing of it', async ({ demo, page }) => {
  await meetTheEnd(demo, 'ada', 'Never')
  await page.reload()
  await expect(dialog(demo)).toHaveCount(0)
  await demo.signInByPassword('ada')
  await expect(field(demo)).toHaveValue('')
  expect(await countOf(demo, 'Never')).toBe(0)
})

test('somebody else signs in in another tab: it is not sent, and nothing of the form is left', async ({ demo, page }) => {
  const name = `Loom ${Date.now()}`
  await meetTheEnd(demo, 'ada', name)
  const seen = await watchFrames(page)
  const other = await demo.beside()
  await other.open(path, { way: 'form' })
  await other.signInByPassword('bob')
  await page.bringToFront()
  await expect(demo.status).toHaveText('Signed in as Bob Martin.')
  await expect(field(demo)).toHaveValue('')
  await expect(dialog(demo)).toHaveCount(0)
  expect(await countOf(demo, name)).toBe(0)
  expect((await seen()).filter((text) => text.includes('Bob') && text.includes(name))).toEqual([])
})

test('somebody else signs in: it is not sent, though they might, and nothing of the form is left, not for a frame', async ({ demo, page }) => {
  const name = `Loom ${Date.now()}`
  await meetTheEnd(demo, 'bob', name)
  const before = demo.sent().length
  const seen = await watchFrames(page)
  await signInAgain(demo, 'ada')
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  await expect(field(demo)).toHaveValue('')
  await expect(page.getByText('Nothing sent yet.')).toBeVisible()
  await expect(dialog(demo)).toHaveCount(0)
  await expect(page.locator('[inert]')).toHaveCount(0)
  expect(await countOf(demo, name)).toBe(0)
  expect(demo.lines(before)).toEqual(['POST /v1/session/login {email password} 200'])
  const frames = await seen()
  expect(frames.at(0)).toContain(name)
  expect(frames.filter((text) => text.includes('Ada') && text.includes(name))).toEqual([])
})

test('signing out of the dialog sends nothing and leaves nothing', async ({ demo }) => {
  await meetTheEnd(demo, 'ada', 'Never')
  await demo.button('Sign out instead').click()
  await expect(demo.status).toHaveText('Nobody is signed in. You signed out.')
  await expect(field(demo)).toHaveCount(0)
  await demo.signInByPassword()
  await expect(field(demo)).toHaveValue('')
  expect(await countOf(demo, 'Never')).toBe(0)
})

test('a login in another tab counts, where the browser keeps the session', async ({ demo, page }) => {
  const name = `Loom ${Date.now()}`
  await meetTheEnd(demo, 'ada', name)
  const other = await demo.beside()
  await other.open(path, { way: 'form' })
  await other.signInByPassword('ada')
  await expect(page.getByText(`Added “${name}”.`)).toBeVisible()
  await expect(dialog(demo)).toHaveCount(0)
  expect(await countOf(demo, name)).toBe(1)
})

test('in a popup, the page stays as well', async ({ demo, page }) => {
  await demo.open(path, { way: 'popup' })
  const open = async (button: string): Promise<Page> => {
    const opened = page.waitForEvent('popup')
    await demo.button(button).click()
    return opened
  }
  await demo.signInAtProvider('ada', 'Allow', await open('Sign in'))
  await expect(demo.status).toContainText('Signed in as Ada Lovelace.')
  const name = `Loom ${Date.now()}`
  await field(demo).fill(name)
  await field(demo).evaluate((input) => input.setAttribute('data-marker', ''))
  const form = { token: demo.secret('refresh_token'), client_id: 'expiring' }
  await page.request.post(`${demo.identityOrigin}/token/revocation`, { form })

  await expect(dialog(demo)).toBeVisible({ timeout: 15_000 })
  // The provider still knows who this is, but not what was allowed.
  await (await open('Sign in again')).getByRole('button', { name: 'Allow' }).click()
  await expect(demo.status).toContainText('Signed in as Ada Lovelace.')
  await expect(field(demo)).toHaveAttribute('data-marker')
  await expect(field(demo)).toHaveValue(name)
  await demo.button('Add it').click()
  await expect(page.getByText(`Added “${name}”.`)).toBeVisible()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing while the dialog is open, in ${colorScheme}`, async ({ demo, page }) => {
    await page.emulateMedia({ colorScheme })
    await meetTheEnd(demo, 'ada', 'Never')
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(' ')}`)).toEqual([])
  })
}
