import { expect, test, type Demo } from './demo.ts'

const path = '/sender-constrained'
const code = '(redirect_uri code code_verifier grant_type=authorization_code client_id)'
const refresh = '(refresh_token grant_type=refresh_token client_id)'

/** The claims of the proof that each request to this path had. */
const proofs = (demo: Demo, what: string): Record<string, unknown>[] =>
  demo.sent().filter((sent) => sent.what === what).map(({ request }) => {
    const [, claims = ''] = (request.headers()['dpop'] ?? '').split('.')
    return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>
  })

/** The public key in the newest proof. */
function keyOf(demo: Demo): unknown {
  const proof = demo.sent().flatMap(({ request }) => request.headers()['dpop'] ?? []).at(-1) ?? ''
  const header = JSON.parse(Buffer.from(proof.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>
  return header['jwk']
}

async function forgetKey(demo: Demo): Promise<void> {
  await demo.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('tessera')
        request.addEventListener('error', () => reject(new Error('not opened')))
        request.addEventListener('success', () => {
          const transaction = request.result.transaction('ledger', 'readwrite')
          transaction.objectStore('ledger').clear()
          transaction.addEventListener('complete', () => {
            request.result.close()
            resolve()
          })
        })
      }),
  )
}

test('DP-02: both servers ask for their nonce, once each, and the tokens are bound', async ({ demo }) => {
  await demo.open(path)
  await demo.signInByRedirect()
  await expect.poll(() => demo.lines().filter((line) => /^POST \/(request|token) /.test(line))).toEqual([
    expect.stringMatching(/^POST \/request \(.* dpop_jkt\) 400$/),
    expect.stringMatching(/^POST \/request \(.* dpop_jkt\) 201$/),
    `POST /token ${code} 400`,
    `POST /token ${code} 200`,
  ])
  expect(await demo.call('Call the API')).toBe(200)
  expect(await demo.call('Call the API')).toBe(200)
  expect(demo.lines().filter((line) => line.startsWith('GET /v1/resources'))).toEqual(['GET /v1/resources 401', 'GET /v1/resources 200', 'GET /v1/resources 200'])
  const [first, second, third] = proofs(demo, 'GET /v1/resources')
  expect(first).toMatchObject({ htm: 'GET', htu: `${demo.identityOrigin}/v1/resources` })
  expect(first).not.toHaveProperty('nonce')
  expect(third?.['nonce']).toBe(second?.['nonce'])
  expect(new Set([first, second, third].map((proof) => proof?.['jti'])).size).toBe(3)
})

test('the token alone is worth nothing: here, and anywhere else', async ({ demo, page }) => {
  await demo.open(path)
  await demo.signInByRedirect()
  await demo.button('Send it as a thief').click()
  await expect(page.getByText('Refused: the token alone, without a proof of the key, is worth nothing.')).toBeVisible()
  const token = demo.secret('access_token')
  const call = (authorization: string): Promise<Response> => fetch(`${demo.identityOrigin}/v1/resources`, { headers: { authorization } })
  expect((await call(`Bearer ${token}`)).status).toBe(401)
  expect((await call(`DPoP ${token}`)).status).toBe(401)
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'bound', refresh_token: demo.secret('refresh_token') })
  expect((await fetch(`${demo.identityOrigin}/token`, { method: 'POST', body })).status).toBe(400)
  // The session of the person goes on.
  await demo.button('Refresh now').click()
  await expect(page.getByText('Done: the session is renewed.')).toBeVisible()
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
})

test('the key survives a reload and cannot be exported, and another tab has it too', async ({ demo, page }) => {
  await demo.open(path)
  await demo.signInByRedirect()
  expect(await demo.call('Call the API')).toBe(200)
  const before = keyOf(demo)
  await page.reload()
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  expect(await demo.call('Call the API')).toBe(200)
  expect(keyOf(demo)).toEqual(before)
  await demo.button('Refresh now').click()
  await expect.poll(() => demo.lines().filter((line) => line.includes('refresh_token'))).toEqual([`POST /token ${refresh} 400`, `POST /token ${refresh} 200`])

  const other = await demo.copy()
  await expect(other.status).toHaveText('Signed in as Ada Lovelace.')
  expect(await other.call('Call the API')).toBe(200)
  expect(keyOf(other)).toEqual(before)

  const exported = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('tessera')
      request.addEventListener('success', () => resolve(request.result))
    })
    const records = await new Promise<unknown[]>((resolve) => {
      const request = database.transaction('ledger').objectStore('ledger').getAll()
      request.addEventListener('success', () => resolve(request.result as unknown[]))
    })
    const pairs = records.filter((record): record is CryptoKeyPair => typeof record === 'object' && record !== null && 'privateKey' in record)
    return Promise.all(pairs.map(({ privateKey }) => crypto.subtle.exportKey('jwk', privateKey).then(() => 'exported', (error: unknown) => (error as Error).name)))
  })
  expect(exported).toEqual(['InvalidAccessError'])
})

test('the key is gone: the session ends, says why, and signing in again makes another', async ({ demo, page }) => {
  await demo.open(path)
  await demo.signInByRedirect()
  await forgetKey(demo)
  await page.reload()
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  await demo.button('Call the API').click()
  await expect(demo.status).toHaveText('The session ended: its key is gone from this browser. Sign in again to get a new one.')
  expect(demo.lines().filter((line) => line.startsWith('GET /v1/resources'))).toEqual([])

  await demo.button('Sign in').click()
  await expect(demo.status).toHaveText('Signed in as Ada Lovelace.')
  expect(await demo.call('Call the API')).toBe(200)
})
