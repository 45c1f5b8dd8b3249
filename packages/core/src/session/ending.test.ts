import { expect, test } from 'vitest'
import { endingCodes } from '../errors.ts'
import { decodeEnding, encodeEnding } from './ending.ts'
import { decodeRecord, encodeRecord } from './record.ts'

test.each([null, ...endingCodes])('an ending by %s is read as it was written', (code) => {
  expect(decodeEnding(encodeEnding(7, code), 7)).toBe(code)
})

test('INV-24 of another generation it is none: nobody can put an old one in the place of a new one', () => {
  expect(decodeEnding(encodeEnding(7, null), 8)).toBeUndefined()
})

test('an ending is no record, and a record is no ending', () => {
  const record = encodeRecord({ tokens: { accessToken: 'at' }, receivedAt: 1, generation: 7, epoch: 1 })
  expect(decodeEnding(record, 7)).toBeUndefined()
  expect(decodeRecord(encodeEnding(7, 'revoked'), (tokens): tokens is typeof tokens => true)).toBeNull()
})

test.each(['', '{', '42', 'null', '[]', '{"version":2}', '{"version":1,"generation":7,"over":null}', '{"version":2,"generation":"7","over":null}'])('XT-12 %j is none', (text) => {
  expect(decodeEnding(text, 7)).toBeUndefined()
})

test.each(['network', 'toString', 7, {}])('a code that ends no session, such as %j, counts as a sign-out', (over) => {
  expect(decodeEnding(JSON.stringify({ version: 2, generation: 7, over }), 7)).toBeNull()
})
