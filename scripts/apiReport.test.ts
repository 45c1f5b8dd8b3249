import { join } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { apiReport } from './apiReport.ts'
import type { ApiReport } from './apiReport.ts'

const files = (sources: Readonly<Record<string, string>>, entries: Readonly<Record<string, string>>): ApiReport =>
  apiReport({ name: '@a/b', entries, read: (path) => sources[join(path)] ?? `missing: ${path}` })

/** One file, which is the entry. */
const file = (code: string): ApiReport => files({ 'dist/index.d.ts': code }, { '.': './dist/index.d.ts' })

/** The blocks of code by the headings above them. */
function blocks({ page }: ApiReport): Readonly<Record<string, string>> {
  const found = page.matchAll(/^## (.+)\n\n```typescript\n([\s\S]*?)\n```$/gm)
  return Object.fromEntries([...found].map(([, title = '', code = '']) => [title, code]))
}

describe('the page', () => {
  it('shows the exports of each entry by name, wherever they are declared', () => {
    const sources = {
      'dist/index.d.ts': "export { b, type A } from './deep/b.ts';\nexport { C as D } from './c.tsx';",
      'dist/deep/b.d.ts': "import { C } from '../c.tsx';\n/** B. */\nexport declare const b: C, unused: 1;\n/** A. */\nexport interface A extends C {\n}\nexport {};",
      'dist/c.d.ts': '/** C. */\nexport declare class C {\n    #private;\n}',
    }
    expect(blocks(files(sources, { '.': './dist/index.d.ts', './c': './dist/c.d.ts' }))).toEqual({
      '@a/b': 'interface A extends C {\n}\n\nclass C {\n    #private;\n}\nexport { C as D }\n\nconst b: C',
      '@a/b/c': 'class C {\n    #private;\n}',
    })
  })

  it('shows what an export mentions and nobody can import, and what comes from elsewhere', () => {
    const report = file(`import type { Claims as Known, Unused } from '@a/core';
export { type Re, re as again } from '@a/core';
type Deep = Known;
interface Hidden { deep: typeof deep }
declare const deep: Deep;
interface Unmentioned {}
/** F. */
export declare function f<T>(a: Hidden): Promise<T>;`)
    expect(blocks(report)).toEqual({
      '@a/b': "export { Re } from '@a/core'\n\nexport { re as again } from '@a/core'\n\nfunction f<T>(a: Hidden): Promise<T>;",
      'Mentioned above, and not exported': 'const deep: Deep\n\ninterface Hidden { deep: typeof deep }\n\ntype Deep = Known;',
      'Of other packages': "import type { Claims } from '@a/core'\nimport type { Re } from '@a/core'\nimport type { re } from '@a/core'",
    })
  })

  it('is the same whatever the comments, the order and the names of destructured parameters are', () => {
    const one = file(`/** A. */
export type A<T> = {
    a: 'x' | {
        b: T;
    };
} | B;
/** B. */
export type B = 1 | 2;
/** F. */
export declare function f({ a, b: [c] }: A<1>): void;
/** Again. */
export declare function f(): void;
//# sourceMappingURL=index.d.ts.map`)
    const other = file(`/** Of a function. */
export declare function f({ whole }: A<1>): void;
export declare function f(): void;
/** Two. */
export type B = 1 /* one */ | 2;
/**
 * Of a type.
 */
export type A<T> = {
    /** A member. */
    a: 'x'
    /** Another. */
     | {
        // Why.
        b: T;
    };
}
/** B. */
 | B;`)
    expect(other.page).toBe(one.page)
    expect(blocks(one)['@a/b']).toBe(`type A<T> =
    | {
        a: 'x' | {
            b: T;
        };
    }
    | B;

type B =
    | 1
    | 2;

function f({ … }: A<1>): void;
function f(): void;`)
  })

  it('is another when a member, a parameter or a type behind an export changes', () => {
    const page = (type: string): string => file(`interface Hidden { a: ${type} }\n/** F. */\nexport declare function f(a: Hidden): void;`).page
    expect(page('string')).not.toBe(page('number'))
  })

  it.each(["export * from './a.ts';", 'declare const a: 1;\nexport default a;'])('cannot be made of %s', (code) => {
    expect(() => file(code)).toThrow('./dist/index.d.ts: exports are read by name')
  })
})

describe('docstrings', () => {
  it.each([
    ['/** A. */ export interface A { a: 1 }', []],
    ['/** A. */\ninterface A {}\nexport { A };', []],
    ['export declare const a: 1;', ['a']],
    ['/* A. */\nexport declare class A {}', ['A']],
    ['/** Of another. */\ndeclare const b: 1;\nexport declare const a: 1;', ['a']],
    ['/** Of both. */\nexport declare function f(): void;\nexport declare function f(a: 1): void;', []],
    ['interface Hidden {}\n/** A. */\nexport type A = Hidden;', []],
  ])('are wanted for every export: %s', (code, missing) => {
    expect(file(code).problems).toEqual(missing.map((name) => `@a/b: ${name} has no docstring.`))
  })

  it.each([
    ['export interface AOptions { a?: 1; /** B. */ b(): void; c(): void }', ['AOptions.a', 'AOptions.c']],
    ['export type AInput = { a: 1; b?: never } | ({ b: 2; a?: undefined } & Other);', ['AInput.a', 'AInput.b']],
    ["export interface A extends HiddenOptions {}\ninterface HiddenOptions { 'a-b': 1 }", ["HiddenOptions.'a-b'"]],
    ['export interface A { a: 1 }', []],
    ['export interface AOptions { /** A. */ a: { b: 1 } }', []],
  ])('are wanted for every option: %s', (code, missing) => {
    expect(file(`/** A. */\n${code}`).problems).toEqual(missing.map((name) => `@a/b: ${name} has no docstring.`))
  })
})
