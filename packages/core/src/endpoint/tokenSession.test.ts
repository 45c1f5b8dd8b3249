import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jwt } from '../../test/provider.ts'
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
  })

  test('fields become members of the user, and what a token claims weighs more', async () => {
    const fields = z.object({ plan: z.string(), name: z.string() })
    const body = { access_token: jwt({ sub: 'ada', name: 'Ada' }), plan: 'pro', name: 'Mallory' }
    expect((await readTokenSession(answer(body), null, { fields })).user).toEqual({ sub: 'ada', name: 'Ada', plan: 'pro' })
  })

  test('fields that are wrong refuse the answer', async () => {
    await expect(readTokenSession(answer({ plan: 7 }), null, { fields: plan })).rejects.toMatchObject({ code: 'invalid_response' })
  })

  test.each([
    ['HTML', () => new Response('<html>')],
    ['nothing', () => new Response(null)],
    ['an error inside a 200', () => answer({ error: 'invalid_grant' })],
    ['no access token', () => answer({ access_token: undefined })],
    ['an access token for another line', () => answer({ access_token: 'a\r\nb' })],
    ['no token type', () => answer({ token_type: undefined })],
    ['another token type', () => answer({ token_type: 'DPoP' })],
  ])('TR-01 TR-02 TR-04 TR-06 TR-07 %s is refused', async (_, response) => {
    await expect(readTokenSession(response(), null, {})).rejects.toMatchObject({ code: 'invalid_response' })
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

test('claims may come from elsewhere: `null` leaves the person as they were', async () => {
  const previous = await readTokenSession(answer({}), null, { claimsOf: async ({ accessToken }) => ({ sub: accessToken, name: 'Ada', iss: 'i' }) })
  expect(previous).toMatchObject({ subject: 'opaque', user: { sub: 'opaque', name: 'Ada' } })
  expect(previous.user).not.toHaveProperty('iss')
  const next = await readTokenSession(answer({ access_token: jwt({ sub: 'other' }) }), previous, { claimsOf: async () => null })
  expect(next).toMatchObject({ subject: 'opaque', user: { sub: 'opaque', name: 'Ada' } })
})
