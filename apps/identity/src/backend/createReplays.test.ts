import { expect, test } from 'vitest'
import { createReplays } from './createReplays.ts'

test('a failure is told to all who waited for it, and the next one tries again', async () => {
  const { once } = createReplays<string>(1000)
  const fail = () => Promise.reject(new Error('no answer'))
  const waiting = [once('key', fail), once('key', async () => 'not run')]
  for (const outcome of waiting) await expect(outcome).rejects.toThrow('no answer')
  expect(await once('key', async () => 'again')).toBe('again')
  expect(await once('key', async () => 'not run')).toBe('again')
})
