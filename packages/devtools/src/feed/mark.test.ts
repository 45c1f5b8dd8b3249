import { expect, it } from 'vitest'
import { parseMark, type Mark } from './mark.ts'

const mark: Mark = { id: 'a1', tab: 'x', lane: 'refresh', startedAt: 1, endedAt: null, outcome: 'open', text: 'Refreshing' }

it('takes what another tab says, and nothing besides', () => {
  expect(parseMark({ ...mark, other: 'canary' })).toEqual(mark)
})

it('cuts a text that is too long', () => {
  expect(parseMark({ ...mark, text: 'x'.repeat(1000) })?.text.length).toBe(160)
})

it.each([
  null,
  'refresh',
  { ...mark, id: '' },
  { ...mark, tab: 'x'.repeat(100) },
  { ...mark, lane: 'other' },
  { ...mark, outcome: 1 },
  { ...mark, startedAt: Infinity },
  { ...mark, startedAt: 8.64e15 + 1 },
  { ...mark, endedAt: 1e300 },
  { ...mark, endedAt: '1' },
  { ...mark, text: {} },
])('takes nothing else: %j', (value) => {
  expect(parseMark(value)).toBeNull()
})
