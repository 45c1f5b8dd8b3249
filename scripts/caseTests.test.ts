import { expect, it } from 'vitest'
import { caseProblems, caseTable } from './caseTable.ts'
import { caseTests } from './caseTests.ts'

function idsIn(code: string): string[] {
  return caseTests({ path: 'x.test.ts', code }).flatMap(({ ids }) => ids)
}

it('finds ids in the titles of tests, of their suites, and in the rows that are put into titles', () => {
  expect(idsIn("it('AA-01 AA-02: both', () => {})")).toEqual(['AA-01', 'AA-02'])
  expect(idsIn("describe.runIf(x)('AA-01', () => { it('a', f); test.each([1])('b %i', f) })")).toEqual(['AA-01', 'AA-01'])
  expect(idsIn("test.each([['AA-01', 1], ['AA-02', 2]] as const)('%s', f)")).toEqual(['AA-01', 'AA-02'])
  expect(idsIn("const rows = [['AA-01']]\nit.each(rows)('$0', f)")).toEqual(['AA-01'])
  expect(idsIn("for (const [id] of [['AA-01']]) it(`${id} holds`, f)")).toEqual(['AA-01'])
  expect(idsIn('test.describe(`AA-01`, () => { test(`a ${b}`, f) })')).toEqual(['AA-01'])
})

it.each([
  ['a comment', "// AA-01\nit('a', () => { /* AA-02 */ })"],
  ['the body of a test', "it('a', () => { expect(x, 'AA-01').toBe(1) })"],
  ['rows that the title does not show', "it.each([['AA-01']])('a', f)"],
  ['a test that is skipped', "it.skip('AA-01', f)"],
  ['one that is to be written', "it.todo('AA-01')\ntest.todo('AA-01', f)"],
  ['one that is expected to fail', "test.fails('AA-01', f)"],
  ['one in a suite that is skipped', "describe.skip('AA-01', () => { it('a', f) })"],
  ['a suite without a test', "describe('AA-01', () => {})"],
  ['another function', "step('AA-01', f)\ntest.step('AA-01', f)"],
])('takes no proof from %s', (_, code) => {
  expect(idsIn(code)).toEqual([])
})

const topics = [{
  title: 'Topic',
  cases: [{ id: 'AA-01', what: 'one' }, { id: 'AA-02', what: 'two' }, { id: 'AA-03', what: 'three', notApplicable: 'no wings' }],
}]

function proof(...ids: string[]): { path: string; name: string; ids: string[] } {
  return { path: 'x.test.ts', name: ids.join(' '), ids }
}

it('names what no test proves, what no case is, and what is said not to be applicable and yet is tested', () => {
  expect(caseProblems(topics, [proof('AA-01', 'AA-02')])).toEqual([])
  expect(caseProblems(topics, [proof('AA-01')])).toEqual(['AA-02 is proved by no test: two'])
  expect(caseProblems(topics, [proof('AA-01', 'AA-02', 'AA-09')])).toEqual(['AA-09 is of no case: x.test.ts: AA-01 AA-02 AA-09'])
  expect(caseProblems(topics, [proof('AA-01', 'AA-02', 'AA-03')])).toEqual(['AA-03 is said not to be applicable, and has a test'])
  expect(caseProblems([...topics, { title: 'Other', cases: [{ id: 'AA-01', what: 'again' }] }], [proof('AA-01', 'AA-02')])).toEqual(['AA-01 is there twice'])
})

it('shows each case with why not, or its tests', () => {
  expect(caseTable(topics, [proof('AA-01')]).join('\n')).toBe(`
Topic
  AA-01  one
         x.test.ts: AA-01
  AA-02  two
  AA-03  three
         not applicable: no wings`)
})
