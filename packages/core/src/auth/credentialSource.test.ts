import { expect, test } from 'vitest'
import { createWorld, defer } from '../../test/world.ts'
import type { SessionRecord } from '../session/session.ts'
import { TokenManager } from '../tokens/tokenManager.ts'
import { createCredentialSource } from './credentialSource.ts'

const session = (family: string): SessionRecord => ({ accessToken: `at-${family}`, subject: family, user: null, scope: [], method: 'm', family })
const { signal } = new AbortController()

test('FE-22 a request of Ada gets no token of Bob, who signed in before it was sent', async () => {
  const ready = defer<void>()
  const tokens = new TokenManager<SessionRecord>({ refresh: () => Promise.reject(new Error()) }, createWorld().environment)
  const source = createCredentialSource(tokens, () => ready.promise)
  await tokens.setTokens(session('ada'))
  const hers = source.acquire(signal)
  await tokens.setTokens(session('bob'))
  ready.resolve()
  await expect(hers).rejects.toMatchObject({ code: 'user_changed' })
  expect(await source.acquire(signal)).toMatchObject({ accessToken: 'at-bob', family: 'bob' })
})

test('before it is known who is signed in, a request is of whoever that turns out to be', async () => {
  const ready = defer<void>()
  const tokens = new TokenManager<SessionRecord>({ refresh: () => Promise.reject(new Error()) }, createWorld().environment)
  const source = createCredentialSource(tokens, () => ready.promise)
  const asked = source.acquire(signal)
  await tokens.setTokens(session('ada'))
  ready.resolve()
  expect(await asked).toMatchObject({ accessToken: 'at-ada' })
})
