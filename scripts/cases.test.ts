import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('every case that applies has a test, and no test names another', () => {
  const { stderr, status } = spawnSync(process.execPath, [join(import.meta.dirname, 'cases.ts')], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
