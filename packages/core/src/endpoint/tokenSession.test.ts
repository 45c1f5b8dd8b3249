import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jwt } from '../../test/provider.ts'
import { AuthError } from '../errors.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { readTokenSession } from './tokenSession.ts'

const answer = (members: object) => Response.json({ access_token: 'opaque', token_type: 'Bearer', ...members })
const plan = z.object({ plan: z.string() })

describe('at login', () => {
  test('an opaque token names nobody', async () => {
    expect(await readTokenSession(answer({}), null, {})).toEqual({
      accessToken: 'opaque', refreshToken: undefined, idToken: undefined, expiresInMs: undefined, scope: [], subject: null, user: {},
    }) // prettier-ignore
  })

  test('the ID token names the person before the access token, and what is about the token is left out', async () => {
    const idToken = jwt({ sub: 'ada', name: 'Ada', iss: 'i', exp: 9 })
    const session = await readTokenSession(answer({ access_token: jwt({ sub: 'internal-7' }), id_token: idToken }), null, {})
    expect(session).toMatchObject({ subject: 'ada', user: { sub: 'ada', name: 'Ada' }, idToken })
    expect(session.user).not.toHaveProperty('iss')
  })

  test('an ID token that cannot be read names nobody: the access token is not asked instead', async () => {
    const session = await readTokenSession(answer({ access_token: jwt({ sub: 'internal-7' }), id_token: 'opaque' }), null, {})
    expect(session).toMatchObject({ subject: null, user: {} })
  })

  test('the scope is what the server says, or else what was asked for', async () => {
    const scopeOf = async (members: object) => (await readTokenSession(answer(members), null, { requestedScope: ['asked'] })).scope
    expect(await scopeOf({})).toEqual(['asked'])
    expect(await scopeOf({ scope: 'read write' })).toEqual(['read', 'write'])
    expect(await scopeOf({ scope: '' })).toEqual([])
    // Less than was asked for, said in a way of its own: nobody is taken to have been granted the rest.
    expect(await scopeOf({ scope: ['read', 7, '', 'write'] })).toEqual(['read', 'write'])
    expect(await scopeOf({ scope: [] })).toEqual([])
  })

  test('fields become members of the user and weigh more than what a token claims, except for whose it is', async () => {
    const fields = z.object({ role: z.string(), sub: z.string() })
    const body = { access_token: jwt({ sub: 'ada', name: 'Ada', role: { nested: true } }), role: 'admin', sub: 'mallory' }
    const session = await readTokenSession(answer(body), null, { fields })
    expect(session).toMatchObject({ subject: 'ada', user: { sub: 'ada', name: 'Ada', role: 'admin' } })
  })

  test.each([null, false])('"error": %j is none', async (error) => {
    expect(await readTokenSession(answer({ error }), null, {})).toMatchObject({ accessToken: 'opaque' })
  })

  test('fields that are wrong refuse the answer', async () => {
    await expect(readTokenSession(answer({ plan: 7 }), null, { fields: plan })).rejects.toMatchObject({ code: 'invalid_response' })
  })

  test.each([
    ['HTML', () => new Response('<html>'), 'not JSON'],
    ['nothing', () => new Response(null), 'not JSON'],
    ['an error inside a 200', () => answer({ error: 'invalid_grant' }), 'error inside'],
    ['no access token', () => answer({ access_token: undefined }), '"access_token"'],
    ['an access token for another line', () => answer({ access_token: 'a\r\nb' }), '"access_token"'],
    ['no token type', () => answer({ token_type: undefined }), '"token_type" other than Bearer'],
    ['another token type', () => answer({ token_type: 'DPoP' }), '"token_type" other than Bearer'],
  ])('TR-01 TR-02 TR-04 TR-06 TR-07 %s is refused, and said to be', async (_, response, problem) => {
    await expect(readTokenSession(response(), null, {})).rejects.toMatchObject({ code: 'invalid_response', message: expect.stringContaining(problem) })
  })

  test('TR-01 what is no JSON is told by its status', async () => {
    await expect(readTokenSession(new Response('<html>', { status: 203 }), null, {})).rejects.toMatchObject({ code: 'invalid_response', status: 203 })
  })

  test.each(['', ' 60', '60 ', '-60', '60.5', '1e3', '0x10', [60]])('TR-12 "expires_in": %j is no duration', async (duration) => {
    expect((await readTokenSession(answer({ expires_in: duration }), null, {})).expiresInMs).toBeUndefined()
  })
})

describe('at a refresh', () => {
  const login = (members: object): Promise<Session<Claims & { plan: string }>> => readTokenSession(answer({ plan: 'free', ...members }), null, { fields: plan })

  test('what the answer does not say stays in force', async () => {
    const idToken = jwt({ sub: 'ada', name: 'Ada' })
    const previous = await login({ id_token: idToken, scope: 'read' })
    const next = await readTokenSession(answer({ access_token: 'next' }), previous, { fields: plan })
    expect(next).toEqual({ ...previous, accessToken: 'next' })
  })

  test('RF-18 whom the ID token of the login named, an access token does not rename', async () => {
    const previous = await login({ id_token: jwt({ sub: 'ada', name: 'Ada' }) })
    const next = await readTokenSession(answer({ access_token: jwt({ sub: 'internal-7', name: 'service' }) }), previous, {})
    expect(next).toMatchObject({ subject: 'ada', user: { sub: 'ada', name: 'Ada' } })
  })

  test('a new ID token tells anew', async () => {
    const previous = await login({ id_token: jwt({ sub: 'ada', name: 'Ada', role: 'admin' }) })
    const idToken = jwt({ sub: 'ada', name: 'Ada King' })
    const next = await readTokenSession(answer({ id_token: idToken }), previous, { fields: plan })
    expect(next).toMatchObject({ subject: 'ada', idToken })
    expect(next.user).toEqual({ sub: 'ada', name: 'Ada King', plan: 'free' })
  })

  test.each([
    ['of an opaque token', {}, {}],
    ['beside an ID token', { id_token: jwt({ sub: 'ada', name: 'Ada' }) }, { sub: 'ada', name: 'Ada' }],
    ['beside a JWT', { access_token: jwt({ sub: 'ada', name: 'Ada' }) }, { sub: 'ada', name: 'Ada' }],
  ])('a field that has changed changes %s', async (_, members, claims) => {
    const previous = await login(members)
    const next = await readTokenSession(answer({ ...members, plan: 'pro' }), previous, { fields: plan })
    expect(next.user).toEqual({ ...claims, plan: 'pro' })
  })

  test('an answer without members of its own says nothing of the fields, whatever the schema would make of it', async () => {
    const fields = z.object({ plan: z.string().default('free'), seats: z.number().optional(), role: z.string().default('reader') })
    const token = (claims: object) => ({ access_token: jwt({ sub: 'ada', ...claims }), refresh_token: 'rt', expires_in: 60, scope: 'read', error: null })
    const previous = await readTokenSession(answer({ ...token({ role: ['x'] }), plan: 'pro', seats: 3, role: 'admin' }), null, { fields })
    const next = await readTokenSession(answer(token({ role: ['y'], name: 'Ada' })), previous, { fields })
    expect(next.user).toEqual({ sub: 'ada', name: 'Ada', plan: 'pro', seats: 3, role: 'admin' })
    const changed = await readTokenSession(answer({ ...token({}), seats: 4 }), next, { fields })
    expect(changed.user).toEqual({ sub: 'ada', plan: 'free', seats: 4, role: 'reader' })
  })

  test('what servers put beside any tokens is no member of its own', async () => {
    const fields = z.object({ plan: z.string().optional(), tier: z.string().default('free') })
    const beside = { session_state: 's-1', 'not-before-policy': 0, refresh_expires_in: 1800, ext_expires_in: 60, access_token: jwt({ sub: 'ada' }) }
    const previous = await readTokenSession(answer({ ...beside, plan: 'pro', tier: 'gold' }), null, { fields })
    const next = await readTokenSession(answer({ ...beside, session_state: 's-2' }), previous, { fields })
    expect(next.user).toEqual({ sub: 'ada', plan: 'pro', tier: 'gold' })
    for (const name of ['not-before-policy-of', 'my-scope']) {
      const changed = await readTokenSession(answer({ ...beside, [name]: 7 }), next, { fields })
      expect(changed.user).toEqual({ sub: 'ada', tier: 'free' })
    }
  })

  test('RF-18 a claim is the new token\'s to say, whatever is hidden inside of it', async () => {
    const claims = (name: string) => ({ access_token: jwt({ sub: 'ada', company: { key: `key of ${name}`, name }, teams: [{ name, secret: 'x' }] }) })
    const previous = await login(claims('Acme'))
    const next = await readTokenSession(answer(claims('Bolt')), previous, { fields: plan })
    expect(next.user).toEqual({ sub: 'ada', company: { name: 'Bolt' }, teams: [{ name: 'Bolt' }], plan: 'free' })
  })

  test('fields that are wrong stay as they were: the token is good all the same', async () => {
    const renewed = { access_token: jwt({ sub: 'ada', name: 'Ada King' }) }
    const previous = await login({ access_token: jwt({ sub: 'ada', name: 'Ada' }) })
    const next = await readTokenSession(answer({ ...renewed, plan: 7 }), previous, { fields: plan })
    expect(next).toMatchObject({ accessToken: renewed.access_token, user: { sub: 'ada', name: 'Ada King', plan: 'free' } })
  })

  test('fields that are gone stay as they were, and a claim that is gone is gone', async () => {
    const previous = await login({ access_token: jwt({ sub: 'ada', role: 'admin' }) })
    const next = await readTokenSession(answer({ access_token: jwt({ sub: 'ada' }) }), previous, { fields: plan })
    expect(next.user).toEqual({ sub: 'ada', plan: 'free' })
  })

  test('without the tokens of a person in JavaScript, all that was known of them stays', async () => {
    const previous: Session<Claims & { plan: string }> = { ...(await login({})), accessToken: null }
    const next = await readTokenSession(answer({}), previous, { fields: plan })
    expect(next.user).toEqual({ plan: 'free' })
  })
})

describe('RF-19 a refresh whose answer cannot be used', () => {
  const late = async (): Promise<never> => {
    throw new AuthError('clock_skew', 'Too old.')
  }
  const forged = async (): Promise<never> => {
    throw new AuthError('invalid_id_token', 'Forged.')
  }
  const refresh = async (members: object, claimsOf?: () => Promise<never>, given: string | undefined = 'rt-1') =>
    readTokenSession(answer(members), await readTokenSession(answer({ refresh_token: given }), null, {}), { claimsOf })

  test.each([
    ['another token type', { token_type: 'mac' }, undefined, 'invalid_response'],
    ['an ID token of another time', {}, late, 'clock_skew'],
  ])('%s: with another refresh token the old one is spent, and the session ends', async (_, members, claimsOf, code) => {
    const cause = expect.objectContaining({ code })
    await expect(refresh({ ...members, refresh_token: 'rt-2' }, claimsOf)).rejects.toMatchObject({ code: 'refresh_rejected', cause })
    for (const kept of ['rt-1', undefined, 'not usable']) await expect(refresh({ ...members, refresh_token: kept }, claimsOf)).rejects.toMatchObject({ code })
  })

  test('what is definitive stays what it is', async () => {
    await expect(refresh({ refresh_token: 'rt-2' }, forged)).rejects.toMatchObject({ code: 'invalid_id_token' })
  })

  test('RF-07 TR-04 a refusal with status 200 is one, and no other error there', async () => {
    await expect(refresh({ error: 'invalid_grant' })).rejects.toMatchObject({ code: 'refresh_rejected', retryable: false })
    for (const error of ['server_error', 'temporarily_unavailable', { invalid_grant: true }]) {
      await expect(refresh({ error })).rejects.toMatchObject({ code: 'invalid_response', retryable: true })
    }
  })

  test('nothing is spent where nothing was: a method may renew without a refresh token', async () => {
    const previous = await readTokenSession(answer({}), null, {})
    const again = readTokenSession(answer({ token_type: 'mac', refresh_token: 'rt' }), previous, {})
    await expect(again).rejects.toMatchObject({ code: 'invalid_response' })
  })
})

test('claims may come from elsewhere: `null` leaves the person as they were', async () => {
  const previous = await readTokenSession(answer({}), null, { claimsOf: async ({ accessToken }) => ({ sub: accessToken, name: 'Ada', iss: 'i' }) })
  expect(previous).toMatchObject({ subject: 'opaque', user: { sub: 'opaque', name: 'Ada' } })
  expect(previous.user).not.toHaveProperty('iss')
  const next = await readTokenSession(answer({ access_token: jwt({ sub: 'other' }) }), previous, { claimsOf: async () => null })
  expect(next).toMatchObject({ subject: 'opaque', user: { sub: 'opaque', name: 'Ada' } })
})
