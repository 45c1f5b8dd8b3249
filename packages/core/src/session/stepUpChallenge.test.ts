import { describe, expect, test } from 'vitest'
import { toStepUpChallenge } from './stepUpChallenge.ts'

const url = 'https://api.example/v1/orders'
const century = 3_155_760_000_000
const scopes = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`)

describe('toStepUpChallenge', () => {
  test.each<[string, object]>([
    ['scopes alone', { scope: ['a', 'b'], url }],
    ['ways alone', { scope: [], acrValues: 'urn:mfa urn:pwd', url }],
    ['no age', { scope: [], maxAgeMs: 0, url }],
    ['a hundred years', { scope: [], maxAgeMs: century, url }],
    ['64 scopes', { scope: scopes(64), url }],
    ['texts of 2,048 characters', { scope: ['a'.repeat(2_048)], acrValues: 'a'.repeat(2_048), url: 'u'.repeat(2_048) }],
  ])('takes %s, and adds nothing', (_, challenge) => {
    expect(toStepUpChallenge(challenge)).toStrictEqual(challenge)
  })

  test.each<[string, object]>([
    ['no address', { scope: ['a'] }],
    ['an address without end', { scope: ['a'], url: 'u'.repeat(2_049) }],
    ['65 scopes', { scope: scopes(65), url }],
    ['a scope without end', { scope: ['a'.repeat(2_049)], url }],
    ['a scope that is a list', { scope: [['a']], url }],
    ['scopes as text', { scope: 'a', url }],
    ['ways that are a list', { scope: [], acrValues: ['urn:mfa'], url }],
    ['ways without end', { scope: ['a'], acrValues: 'a'.repeat(2_049), url }],
    ['an age as text', { scope: [], maxAgeMs: '1000', url }],
    ['an age that is a list', { scope: [], maxAgeMs: [1_000], url }],
    ['an age below zero', { scope: [], maxAgeMs: -1_000, url }],
    ['half a second', { scope: [], maxAgeMs: 500, url }],
    ['more than a hundred years', { scope: [], maxAgeMs: century + 1_000, url }],
    ['nothing to ask for', { scope: [], url }],
  ])('none with %s', (_, challenge) => {
    expect(toStepUpChallenge(challenge)).toBeNull()
  })
})
