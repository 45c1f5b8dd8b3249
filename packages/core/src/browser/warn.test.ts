import { expect, test, vi } from 'vitest'
import { warn } from './warn.ts'

test('a warning says whose it is', () => {
  const seen = vi.spyOn(console, 'warn').mockReturnValue()
  warn('There are no locks.')
  expect(seen.mock.calls).toEqual([['Tessera: There are no locks.']])
  seen.mockRestore()
})
