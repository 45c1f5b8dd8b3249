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

it('the sizes in the README are the budgets that CI holds', () => {
  const budgets: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../test/size/budgets.json'), 'utf8'))
  const bytes = (kilobytes = ''): number => Math.round(Number(kilobytes) * 1000)
  const kebab = (name = ''): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const rows = [...readme.matchAll(/^\| `(\w+)` \| ([\d.]+) kB \| ([\d.]+) kB \|$/gm)]
  expect(Object.fromEntries(rows.map(([, name, start, all]) => [kebab(name), { startUpGzip: bytes(start), totalGzip: bytes(all) }]))).toEqual(budgets)
})
