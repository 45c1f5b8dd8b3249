import { expect, test, vi } from 'vitest'
import { advise } from './advise.ts'

test('advice says whose it is', () => {
  const seen = vi.spyOn(console, 'warn').mockReturnValue()
  advise('Look there.')
  expect(seen.mock.calls).toEqual([['Tessera: Look there.']])
  seen.mockRestore()
})
