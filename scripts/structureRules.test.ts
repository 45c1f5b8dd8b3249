import { describe, expect, it } from 'vitest'
import { messageProblems, methodProblems, nameProblems, unitProblems } from './structureRules.ts'

describe('nameProblems', () => {
  it.each([
    ['packages/core/src/session/session.ts', 'export interface Session {}'],
    ['packages/react/src/AuthProvider.tsx', 'export function AuthProvider() { return <i /> }'],
    ['packages/core/src/index.ts', "export { createAuth } from './auth/createAuth.ts'"],
    ['packages/core/src/auth/store.ts', "export { store } from './other.ts'"],
    ['packages/core/src/auth/store.ts', 'export function createStore() {}'],
    ['packages/core/src/errors.ts', 'export class AuthError extends Error {}'],
    ['packages/core/src/auth/store.test.ts', ''],
  ])('accepts %s', (path, code) => {
    expect(nameProblems({ path, code })).toEqual([])
  })

  it('wants an export of the name of the file', () => {
    const code = 'export const a = 1, b = 2\nconst store = 3\nexport type C = typeof store'
    const problem = 'src/store.ts: exports a, b, C, and nothing named store'
    expect(nameProblems({ path: 'src/store.ts', code })).toEqual([problem])
  })

  it.each(['types', 'utils', 'helpers', 'common'])('refuses %s', (name) => {
    expect(nameProblems({ path: `src/${name}.ts`, code: `export const ${name} = 1` })).toHaveLength(1)
  })
})

describe('unitProblems', () => {
  const problems = (member: string): string[] => unitProblems({ path: 'a.ts', code: `interface A { ${member} }` })

  it.each([
    'timeoutMs?: number',
    'expiresAt: number | null',
    'expires_in: number',
    'lifetime: Lifetime',
    'onTimeout: () => void',
    'attempts: number',
    'maxUsage: string',
  ])('accepts %s', (member) => {
    expect(problems(member)).toEqual([])
  })

  it.each(['timeout?: number', 'refreshLead: number', 'maxAge: number | undefined', 'leewaySeconds: number'])(
    'wants Ms for %s',
    (member) => {
      expect(problems(member)).toEqual([expect.stringContaining('end a duration in Ms')])
    },
  )

  it.each(['expires: number', 'tokenExpiry?: number | null'])('wants At for %s', (member) => {
    expect(problems(member)).toEqual([expect.stringContaining('end an instant in At')])
  })
})

describe('messageProblems', () => {
  it.each([
    "if (error.message === 'expired') retry()",
    "const isOver = error.message !== 'expired'",
    'const text = error.message ? show() : hide()',
    'while (error?.message) wait()',
    'do wait()\nwhile (error.message)',
    'for (; error.message; ) wait()',
    "switch (error.message) { case 'expired': retry() }",
    'switch (text) { case error.message: retry() }',
    "const isOver = error['message'].includes('expired')",
    "const isOver = error.message?.toLowerCase().startsWith('expired')",
    'const isOver = error.message.match(/expired/)',
    'const isOver = /expired/.test(error.message)',
    'const isOver = known.includes(error.message)',
    "const known = new Set(['expired'])\nif (known.has(error.message)) retry()",
  ])('refuses %s', (code) => {
    expect(messageProblems({ path: 'a.ts', code })).toEqual([expect.stringMatching(/^a\.ts:[12]: decides by /)])
  })

  it.each([
    "const text = error instanceof Error ? error.message : 'unknown'",
    "if (error.code === 'expired') show(error.message)",
    'if (faults.messageLoss > 0) lose()',
    'if (isReceived(message)) resolve()',
    'const key = finding.code + finding.message',
    'if (told.has(error.message)) return\ntold.add(error.message)',
  ])('accepts %s', (code) => {
    expect(messageProblems({ path: 'a.ts', code: `function f() { ${code} }` })).toEqual([])
  })
})

describe('methodProblems', () => {
  const whole = {
    files: ['method.ts', 'apiKey.ts', 'apiKey.test.ts'],
    exportMap: { './api-key': { '@tessera-auth/source': './src/methods/apiKey.ts' } },
    pages: ['api-key.md'],
  }

  it('accepts a method with its subpath, its test and its page', () => {
    expect(methodProblems(whole)).toEqual([])
  })

  it.each([
    [{ exportMap: {} }, 'packages/core/package.json: exports has no "./api-key" for ./src/methods/apiKey.ts'],
    [{ files: ['apiKey.ts'] }, 'packages/core/src/methods/apiKey.test.ts is missing'],
    [{ pages: [] }, 'docs/methods/api-key.md is missing'],
  ])('names what is missing: %j', (part, problem) => {
    expect(methodProblems({ ...whole, ...part })).toEqual([problem])
  })
})
