import { expect, test } from './demo.ts'
import { methods, signInAs } from './methods.ts'

const nobody = 'Nobody is signed in.'

for (const method of methods) {
  const { path, settings, bobSettings = {}, isStored, onLoad, onSignIn, onReload, onSignOut, carried, revocation, afterSignOut } = method

  test.describe(method.name, () => {
    test('signs in, calls, survives a reload and signs out with exactly these requests, and keeps nothing', async ({ demo, page }) => {
      await demo.open(path, { ...settings, storage: 'session' })
      await expect(demo.status).toHaveText(nobody)
      await signInAs(demo, method)
      expect(await demo.call('Call the API')).toBe(200)
      await page.reload()
      await expect(demo.status).toHaveText(method.signedIn.ada)
      expect(await demo.call('Call the admin API')).toBe(200)
      const calls = demo.sent().filter(({ what }) => ['GET /v1/resources', 'GET /v1/admin'].includes(what)).slice(-2)
      for (const call of calls) expect(await demo.wire.credentialsOf(call)).toEqual(carried)

      await method.signOut(demo)
      await expect(demo.button('Call the API')).toBeDisabled()
      expect(await demo.held()).toEqual([])
      expect((await afterSignOut.ask(demo)).status, 'what the session had, at the server').toBe(afterSignOut.status)
      await expect.poll(() => demo.lines()).toEqual([...onLoad, ...onSignIn, 'GET /v1/resources 200', ...onReload, 'GET /v1/admin 200', ...onSignOut])
    })

    test('FE-13 a 403 neither refreshes nor signs out; what is in memory is gone with the page', async ({ demo, page }) => {
      await demo.open(path, { ...settings, ...bobSettings, storage: 'memory' })
      await signInAs(demo, method, 'bob')
      const before = demo.sent().length
      expect(await demo.call('Call the API')).toBe(200)
      expect(await demo.call('Call the admin API')).toBe(403)
      await expect(demo.status).toHaveText(method.signedIn.bob)
      expect(await demo.call('Call the API')).toBe(200)
      expect(await demo.held()).toEqual([])

      await page.reload()
      await expect(demo.status).toHaveText(isStored ? nobody : method.signedIn.bob)
      await expect.poll(() => demo.lines(before)).toEqual(['GET /v1/resources 200', 'GET /v1/admin 403', 'GET /v1/resources 200', ...onReload])
      expect(await demo.held()).toEqual([])
    })

    if (revocation !== undefined) {
      test('revoked at the server: one call ends it in words, and one can sign in again', async ({ demo, page }) => {
        await demo.open(path, { ...settings, storage: 'session' })
        await signInAs(demo, method)
        await demo.button('Revoke it at the server').click()
        await expect(page.getByText('Revoked, and this page does not know it yet.')).toBeVisible()
        const before = demo.sent().length
        expect(await demo.call('Call the API')).toBe(401)
        await expect(demo.status).toHaveText(revocation.status)
        await expect(demo.button('Call the API')).toBeDisabled()
        expect(await demo.held()).toEqual([])
        await expect.poll(() => demo.lines(before)).toEqual(revocation.onCall)

        await signInAs(demo, method)
        expect(await demo.call('Call the API')).toBe(200)
      })
    }
  })
}
