import { expect, test, vi } from 'vitest'
import { createWorld } from '../../test/world.ts'
import { apiKey } from '../methods/apiKey.ts'
import { createAuth } from './createAuth.ts'

vi.mock('../diagnose/diagnose.ts', () => {
  throw new Error('gone')
})

const open = () => createAuth({ method: apiKey({}) }, createWorld().environment)

test('INV-12 diagnose() while its code cannot be loaded rejects with a typed error', async () => {
  await expect(open().diagnose()).rejects.toMatchObject({ code: 'network', retryable: true })
})

test('INV-12 after dispose() it says so, and loads nothing', async () => {
  const auth = open()
  auth.dispose()
  await expect(auth.diagnose()).rejects.toMatchObject({ code: 'disposed' })
})
