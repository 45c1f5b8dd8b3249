import { expect, it } from 'vitest'
import { mutationProblems, mutationTable, scoreOf, type Aim, type Argued, type Mutant } from './mutationReport.ts'

const noticed: Mutant = { path: 'core/gate.ts', line: 3, code: 'return a > b', original: 'a > b', replacement: 'a >= b', isNoticed: true }
const survivor: Mutant = { ...noticed, line: 4, code: 'return true', original: 'true', replacement: 'false', isNoticed: false }
const elsewhere: Mutant = { ...survivor, path: 'core/attic.ts' }
const argument: Argued = { path: 'core/gate.ts', code: 'return true', original: 'true', replacement: 'false', why: 'nobody reads it' }
const aim: Aim = { leastScore: 50, decisive: ['core/gate.ts'] }

it('scores what is noticed, and what is argued with it', () => {
  expect(scoreOf([noticed, survivor, elsewhere], [])).toBe(33.3)
  expect(scoreOf([noticed, survivor, elsewhere], [argument])).toBe(66.6)
  expect(scoreOf([], [])).toBe(100)
})

it('has a line for each file and each survivor, with the argument', () => {
  expect(mutationTable([noticed, survivor, elsewhere], [argument])).toEqual([
    '  0.0 %     1  core/attic.ts',
    '               4: true → false',
    '100.0 %     2  core/gate.ts',
    '               4: true → false  (the same: nobody reads it)',
  ])
})

it('finds fault with a low score', () => {
  expect(mutationProblems([noticed, elsewhere], [], aim)).toEqual([])
  expect(mutationProblems([noticed, elsewhere], [], { ...aim, leastScore: 50.1 })).toEqual(['50 % is less than 50.1 %'])
})

it('finds fault with a survivor in what decides, unless it is argued', () => {
  expect(mutationProblems([noticed, survivor], [], aim)).toEqual(['core/gate.ts:4 decides, and no test notices true → false'])
  expect(mutationProblems([noticed, survivor], [argument], aim)).toEqual([])
  expect(mutationProblems([{ ...survivor, code: 'if (true) {' }, survivor], [argument], { ...aim, leastScore: 0 })).toEqual([
    'core/gate.ts:4 decides, and no test notices true → false',
  ])
})

it('finds fault with an argument for what a test notices, or is not there, but not for what was not tried', () => {
  const idle = ['core/gate.ts: nothing to argue about true → false']
  expect(mutationProblems([noticed, { ...survivor, isNoticed: true }], [argument], aim)).toEqual(idle)
  expect(mutationProblems([noticed], [argument], aim)).toEqual(idle)
  expect(mutationProblems([elsewhere], [argument], { ...aim, leastScore: 0 })).toEqual([])
})
