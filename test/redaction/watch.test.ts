import { afterEach, describe, expect, test } from 'vitest'
import { createStore } from '../../packages/core/src/auth/store.ts'
import { createEmitter } from '../../packages/core/src/browser/emitter.ts'
import { AuthError } from '../../packages/core/src/errors.ts'
import { checkTokenSet } from '../../packages/core/src/session/session.ts'
import { forget, leak } from './watch.ts'

// Or these tests would fail by what they are about.
afterEach(forget)

const secret = 'canary-0123'
const sendIt = (): Promise<unknown> => Response.json({ access_token: secret }).json()

describe('INV-22 FE-20 the scan sees a secret', () => {
  test.each<[string, () => unknown]>([
    ['in a message', () => new AuthError('network', `no answer for ${secret}`)],
    ['in a detail', () => new AuthError('network', 'x', { oauthError: secret })],
    ['in what caused an error', () => new AuthError('network', 'x', { cause: new Error('deeper', { cause: { body: { at: secret } } }) })],
    ['in an event', () => createEmitter().emit({ type: 'x', inner: [secret] })],
    ['in a state', () => createStore({ note: '' }, () => ({ note: `see ${secret}` })).dispatch({})],
    ['on the console', () => console.debug('an example', { token: secret })],
  ])('%s', async (_, show) => {
    await sendIt()
    expect(leak()).toBe(null)
    show()
    expect(leak()).toContain(secret)
  })

  test.each<[string, () => unknown]>([
    ['of an answer', sendIt],
    ['deep in an answer', () => Response.json({ data: { tokens: [{ refreshToken: secret }] } }).json()],
    ['of a request by form', () => new Request('https://id.example/', { method: 'POST', body: `grant_type=x&code_verifier=${secret}` }).text()],
    ['of a request by JSON', () => new Request('https://id.example/', { method: 'POST', body: JSON.stringify({ password: secret }) }).text()],
    ['of a header', () => new Request('https://id.example/', { headers: { authorization: `Bearer ${secret}` } }).text()],
    ['that is kept', () => checkTokenSet({ accessToken: secret })],
  ])('%s', async (_, know) => {
    await know()
    expect(new AuthError('network', secret)).toBeInstanceOf(Error)
    expect(leak()).toContain(secret)
  })

  test('and takes no part of a word for one', async () => {
    await sendIt()
    expect(new AuthError('network', `${secret}4 x${secret}`).code).toBe('network')
    expect(leak()).toBe(null)
  })
})
