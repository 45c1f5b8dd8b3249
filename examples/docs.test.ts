import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { AuthError, type AuthErrorCode } from '@tessera-auth/core'
import { describe, expect, it } from 'vitest'
import { plans } from '../test/conformance/plans.ts'
import { expectedReport } from '../test/conformance/report.ts'

const root = join(import.meta.dirname, '..')
/** Within the demo, which has installed what most apps have, or within the example that has what a page is about. */
const workshopOf = (page: string): string => join(root, page === 'docs/nextjs.md' ? 'examples/nextjs' : 'apps/demo', 'node_modules/.tessera-docs')
const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !path.endsWith('CHANGELOG.md'))
  .sort()

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

describe('code', () => {
  const auth = `import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
export const auth = createAuth({ method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }) })
`
  const settings = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      jsx: 'react-jsx',
      module: 'esnext',
      moduleResolution: 'bundler',
      types: ['node'],
      noUnusedLocals: false,
    },
    include: ['*'],
  }

  /** Writes each block where the compiler's line numbers are those of the page; one that starts with `// name.ts` gets that name. */
  function extract(page: string): string | undefined {
    const directory = join(workshopOf(page), page.replaceAll('/', '.'))
    rmSync(directory, { recursive: true, force: true })
    const text = read(page)
    const blocks = [...text.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)]
    if (blocks.length === 0) return undefined
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'auth.ts'), auth)
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(settings))
    for (const { 1: extension, 2: code = '', index } of blocks) {
      const line = text.slice(0, index).split('\n').length
      const name = /^\/\/ ([\w-]+\.tsx?)\n/.exec(code)?.[1] ?? `block-${line}.${extension}`
      writeFileSync(join(directory, name), '\n'.repeat(line) + code)
    }
    return directory
  }

  it.each(pages)('of %s compiles', { timeout: 60_000 }, (page) => {
    const directory = extract(page)
    if (directory === undefined) return
    const args = [join(root, 'node_modules/typescript/bin/tsc'), '-p', directory]
    expect(spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' }).stdout).toBe('')
  })
})

describe('links', () => {
  /** Ids as GitHub makes them. */
  function anchors(page: string): string[] {
    const headings = read(page).replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)
    return [...headings].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-'))
  }

  it.each(pages)('of %s lead somewhere', (page) => {
    const broken = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => {
      if (/^https?:/.test(link)) return false
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : relative(root, join(root, dirname(page), path))
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && !anchors(target).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

describe('docs/methods/write-your-own.md', () => {
  const blocks = [...read('docs/methods/write-your-own.md').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  const example = (name: string): string => read(`examples/own-method/${name}`)

  it('has a whole method in fewer than 40 lines', () => {
    expect(blocks[0]).toContain('AuthMethod<')
    expect(blocks[0]?.trimEnd().split('\n').length).toBeLessThan(40)
  })

  it('has the method and its test as they are in the files that run', () => {
    expect(blocks[0]).toBe(example('oneTimeCode.ts'))
    expect(blocks).toContain(example('oneTimeCode.test.ts'))
  })
})

describe('docs/errors.md', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \| (yes|no) \|/gm)].map(([, code = '', retryable = '']) => ({ code, retryable }))

  it('has every code once, and no other', () => {
    const union = /export type AuthErrorCode =([\s\S]*?)\n\n/.exec(read('packages/core/src/errors.ts'))?.[1] ?? ''
    const codes = [...union.matchAll(/\| '(\w+)'/g)].map(([, code = '']) => code)
    expect(codes.length).toBeGreaterThan(20)
    expect(rows.map(({ code }) => code).sort()).toEqual(codes.sort())
  })

  it.each(rows)('says of $code that it is retryable: $retryable', ({ code, retryable }) => {
    expect(new AuthError(code as AuthErrorCode, '').retryable).toBe(retryable === 'yes')
  })
})

describe('docs/diagnose.md', () => {
  it('has a heading for every code, and for no other', () => {
    const union = /export type FindingCode =([\s\S]*?)\n\n/.exec(read('packages/core/src/session/finding.ts'))?.[1] ?? ''
    const codes = [...union.matchAll(/\| '(\w+)'/g)].map(([, code = '']) => code)
    expect(codes.length).toBeGreaterThan(10)
    expect([...read('docs/diagnose.md').matchAll(/^### (\w+)$/gm)].map(([, code]) => code)).toEqual(codes)
  })
})

describe('docs/conformance.md', () => {
  it('has what is printed when no module fails', () => {
    expect(/^```text\n([\s\S]*?)\n```$/m.exec(read('docs/conformance.md'))?.[1]).toBe(expectedReport(plans))
  })
})

describe('ARCHITECTURE.md', () => {
  it('has the tree of packages/core/src as it is', () => {
    const picture = /## packages\/core\/src\n\n```\n([\s\S]*?)```/.exec(read('ARCHITECTURE.md'))?.[1] ?? ''
    let folder = ''
    const drawn: string[] = []
    for (const line of picture.split('\n')) {
      const [, indent = '', name = ''] = /^( *)([\w/.]+)/.exec(line) ?? []
      if (name.endsWith('/')) folder = name
      else if (name !== '') drawn.push((indent === '' ? '' : folder) + name)
    }
    const files = globSync('**/*.ts', { cwd: join(root, 'packages/core/src') }).map((path) => path.replaceAll('\\', '/'))
    expect(drawn.sort()).toEqual(files.filter((path) => !/\.test(-d)?\.ts$/.test(path)).sort())
  })
})
