import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAuth } from '@tessera-auth/core'
import { firebase, type FirebaseOptions } from '@tessera-auth/core/firebase'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { freePort } from '../browsers/webkitDriver.ts'

const url = inject('firebaseEmulatorUrl')
const identity = `${url}/identitytoolkit.googleapis.com`
const project = 'projects/demo-tessera'
const password = 'correct-horse'

interface Account {
  readonly email: string
  readonly localId: string
  readonly refreshToken: string
}

async function send(method: string, target: string, body: object = {}): Promise<Record<string, unknown>> {
  // `owner` is the emulator's administrator.
  const headers = { 'content-type': 'application/json', authorization: 'Bearer owner' }
  const response = await fetch(target, { method, headers, body: JSON.stringify(body) })
  expect(response.status).toBe(200)
  return z.record(z.string(), z.unknown()).parse(await response.json())
}

let count = 0
async function signUp(members: object = {}): Promise<Account> {
  const email = `ada-${++count}@example.com`
  const response = await fetch(`${identity}/v1/accounts:signUp?key=any`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password, returnSecureToken: true, ...members }),
  })
  return z.object({ email: z.string(), localId: z.string(), refreshToken: z.string() }).parse(await response.json())
}

const update = (members: object) => send('POST', `${identity}/v1/${project}/accounts:update`, members)
const configure = (config: object) => send('PATCH', `${identity}/v2/${project}/config?updateMask=${Object.keys(config).join()}`, config)

function create(options: Partial<FirebaseOptions> = {}) {
  return createAuth({ method: firebase({ apiKey: 'any', emulatorUrl: url, ...options }) })
}

afterEach(() => configure({ emailPrivacyConfig: { enableImprovedEmailPrivacy: false }, blockingFunctions: {} }))

describe('a password', () => {
  test('signs in for an hour, and refreshes', async () => {
    const { email, localId } = await signUp({ displayName: 'Ada Lovelace' })
    const auth = create()
    await auth.login({ email, password })
    const state = auth.store.getState()
    expect(state).toMatchObject({ status: 'authenticated', method: 'firebase', scope: [] })
    expect(state).toHaveProperty('user', { sub: localId, email, email_verified: false, name: 'Ada Lovelace' })
    expect(auth.tokens.current?.lifetime.lifetimeMs).toBe(3_600_000)
    await auth.tokens.refresh()
    expect(auth.tokens.current).toMatchObject({ generation: 2, tokens: { subject: localId } })
    expect(auth.store.getState()).toBe(state)
    expect(await auth.logout()).toEqual({ isRemote: false, error: null })
  })

  test.each([
    [false, 'INVALID_PASSWORD', 'EMAIL_NOT_FOUND'],
    [true, 'INVALID_LOGIN_CREDENTIALS', 'INVALID_LOGIN_CREDENTIALS'],
  ])('that is wrong is invalid_credentials; addresses protected: %s', async (enableImprovedEmailPrivacy, wrong, unknown) => {
    const { email } = await signUp()
    await configure({ emailPrivacyConfig: { enableImprovedEmailPrivacy } })
    await expect(create().login({ email, password: 'wrong' })).rejects.toMatchObject({ code: 'invalid_credentials', oauthError: wrong, status: 400 })
    await expect(create().login({ email: `no-${email}`, password })).rejects.toMatchObject({ code: 'invalid_credentials', oauthError: unknown })
  })

  test.each([
    ['', password, 'INVALID_EMAIL'],
    ['ada', password, 'INVALID_EMAIL'],
    ['ada@example.com', '', 'MISSING_PASSWORD'],
  ])('with %j and %j is %s', async (email, given, oauthError) => {
    await expect(create().login({ email, password: given })).rejects.toMatchObject({ code: 'invalid_credentials', oauthError })
  })

  test('signs in to a tenant, and is refused by one that takes none', async () => {
    const tenants = `${identity}/v2/${project}/tenants`
    const { tenantId } = z.object({ tenantId: z.string() }).parse(await send('POST', tenants, { displayName: 'open', allowPasswordSignup: true }))
    const { email, localId } = await signUp({ tenantId })
    const auth = create({ tenantId })
    await auth.login({ email, password })
    await auth.tokens.refresh()
    expect(auth.tokens.current?.tokens.subject).toBe(localId)
    await expect(create().login({ email, password })).rejects.toMatchObject({ oauthError: 'EMAIL_NOT_FOUND' })

    await send('PATCH', `${tenants}/${tenantId}?updateMask=allowPasswordSignup`, { allowPasswordSignup: false })
    await expect(create({ tenantId }).login({ email, password })).rejects.toMatchObject({ code: 'client_rejected', oauthError: 'PASSWORD_LOGIN_DISABLED' })
  })

  test('is not enough where there is a second factor', async () => {
    const email = `ada-${++count}@example.com`
    await send('POST', `${identity}/v1/${project}/accounts`, { email, password, emailVerified: true, mfaInfo: [{ phoneInfo: '+15555550100' }] })
    await expect(create().login({ email, password })).rejects.toMatchObject({ code: 'client_rejected', message: expect.stringContaining('second factor') })
  })

  test('is not enough where a blocking function says no, and what it said is in no error', async () => {
    const { email } = await signUp()
    const port = await freePort()
    const blocking = createServer((_, response) => response.writeHead(403).end('canary')).listen(port, '127.0.0.1')
    await once(blocking, 'listening')
    await configure({ blockingFunctions: { triggers: { beforeSignIn: { functionUri: `http://127.0.0.1:${port}` } } } })
    const error: unknown = await create().login({ email, password }).catch((reason: unknown) => reason)
    blocking.close()
    expect(error).toMatchObject({ code: 'authorization_failed', oauthError: 'BLOCKING_FUNCTION_ERROR_RESPONSE' })
    expect(String(error) + JSON.stringify(error)).not.toContain('canary')
  })
})

describe('a refresh token', () => {
  test('that was handed out signs in, and refreshes', async () => {
    const { localId, refreshToken } = await signUp()
    const auth = create()
    await auth.login({ refreshToken })
    await auth.tokens.refresh()
    expect(auth.tokens.current).toMatchObject({ generation: 2, tokens: { subject: localId } })
    expect(auth.tokens.current?.tokens.refreshToken).toMatch(/./)
  })

  test('that is none is invalid_credentials', async () => {
    await expect(create().login({ refreshToken: 'made-up' })).rejects.toMatchObject({ code: 'invalid_credentials', oauthError: 'INVALID_REFRESH_TOKEN', status: 400 })
  })

  test('of an account that is gone ends the session, and signs nobody in', async () => {
    const { email, localId, refreshToken } = await signUp()
    const auth = create()
    await auth.login({ email, password })
    await send('POST', `${identity}/v1/${project}/accounts:delete`, { localId })
    await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'refresh_rejected' })
    expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', reason: 'refresh_rejected' })
    await expect(create().login({ refreshToken })).rejects.toMatchObject({ code: 'invalid_credentials' })
  })
})

test('a disabled account signs in no way, and its session ends at the refresh', async () => {
  const { email, localId, refreshToken } = await signUp()
  const auth = create()
  await auth.login({ email, password })
  await update({ localId, disableUser: true })
  const disabled = { code: 'user_disabled', oauthError: 'USER_DISABLED', status: 400 }
  await expect(auth.tokens.refresh()).rejects.toMatchObject(disabled)
  expect(auth.store.getState()).toMatchObject({ status: 'unauthenticated', error: disabled })
  await expect(create().login({ email, password })).rejects.toMatchObject(disabled)
  await expect(create().login({ refreshToken })).rejects.toMatchObject(disabled)
})

test('custom claims are members of the user, and new ones come with a refresh', async () => {
  const { email, localId } = await signUp()
  await update({ localId, customAttributes: JSON.stringify({ role: 'admin' }) })
  const auth = create({ fields: z.object({ role: z.enum(['admin', 'reader']) }) })
  await auth.login({ email, password })
  expect(auth.store.getState()).toMatchObject({ user: { email, role: 'admin' } })
  await update({ localId, customAttributes: JSON.stringify({ role: 'reader' }) })
  await auth.tokens.refresh()
  expect(auth.store.getState()).toMatchObject({ user: { email, role: 'reader' } })
})
