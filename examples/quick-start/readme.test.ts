import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const file = readFileSync(join(import.meta.dirname, 'src/main.tsx'), 'utf8')

it('the quick start of the README is the file that compiles', () => {
  expect(/```tsx\n([\s\S]*?)```/.exec(readme)?.[1]).toBe(file)
})

it('the quick start is twelve lines', () => {
  expect(file.split('\n').filter((line) => line.trim() !== '')).toHaveLength(12)
})
