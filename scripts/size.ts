import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, over, sizeApps } from './bundle.ts'
import type { Bundle, Weight } from './bundle.ts'

/** Most bytes that an app may weigh over React alone, gzipped. */
interface Budget {
  readonly startUpGzip: number
  readonly totalGzip: number
}

const root = join(import.meta.dirname, '..')
const fromSource = ['core', 'react'].some((name) => !existsSync(join(root, 'packages', name, 'dist/index.js')))

function budgets(): Readonly<Partial<Record<string, Budget>>> {
  return JSON.parse(readFileSync(join(root, 'test/size/budgets.json'), 'utf8')) as Record<string, Budget>
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(2)} kB`.padStart(10)
}

function describe(name: string, { minified, gzip, brotli }: Weight): string {
  return `  ${name.padEnd(9)} minified ${kB(minified)}   gzip ${kB(gzip)}   brotli ${kB(brotli)}`
}

function parts({ packages }: Bundle): string {
  const ours = [...packages].filter(([name]) => !['app', 'react', 'react-dom', 'scheduler'].includes(name))
  const heaviest = ours.sort(([, one], [, other]) => other - one)
  const list = heaviest.map(([name, bytes]) => `${name} ${kB(bytes).trim()}`)
  return `  minified, of which: ${list.join(', ')}`
}

/** Says how an app stands to its budget; true when it keeps it. */
function keeps(what: string, gzip: number, most: number): boolean {
  const slack = most - gzip
  const verdict = slack < 0 ? `OVER by ${-slack} bytes` : `${slack} bytes of slack`
  console.log(`  ${what.padEnd(9)} budget ${most} bytes gzip: ${verdict}`)
  return slack >= 0
}

async function check([name, path]: readonly [string, string], react: Bundle, budget: Budget | undefined): Promise<boolean> {
  const app = await bundle(path, fromSource)
  const [startUp, total] = [over(app.startUp, react.startUp), over(app.total, react.total)]
  const lines = [describe('start-up', startUp), describe('total', total), parts(app)]
  console.log([`\n${name}, over React alone`, ...lines].join('\n'))
  if (budget === undefined) {
    console.log('  has no budget in test/size/budgets.json')
    return false
  }
  const isStartUpKept = keeps('start-up', startUp.gzip, budget.startUpGzip)
  return keeps('total', total.gzip, budget.totalGzip) && isStartUpKept
}

const react = await bundle('test/size/react-only.tsx', fromSource)
console.log(`Measured from the packages' ${fromSource ? 'source: no dist yet' : 'dist'}`)
console.log(['\nreact-only', describe('total', react.total)].join('\n'))

const limits = budgets()
for (const app of sizeApps()) {
  if (!(await check(app, react, limits[app[0]]))) process.exitCode = 1
}
