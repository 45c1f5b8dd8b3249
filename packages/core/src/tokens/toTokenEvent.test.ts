import { expect, test } from 'vitest'
import { AuthError } from '../errors.ts'
import type { Change } from './catchUp.ts'
import { interruptionOf, toTokenEvent } from './toTokenEvent.ts'

const error = new AuthError('revoked', 'no')

test.each<[Change, ReturnType<typeof toTokenEvent>]>([
  [{ type: 'adopted' }, { type: 'adopted' }],
  [{ type: 'switched' }, { type: 'set' }],
  [{ type: 'left' }, { type: 'cleared', isElsewhere: true }],
  [
    { type: 'ended', error },
    { type: 'ended', error },
  ],
])('%j in another tab is here the event %j', (change, event) => {
  expect(toTokenEvent(change)).toEqual(event)
})

test.each<[Change, string | undefined]>([
  [{ type: 'adopted' }, undefined],
  [{ type: 'switched' }, 'user_changed'],
  [{ type: 'left' }, 'not_authenticated'],
  [{ type: 'ended', error }, 'revoked'],
])('XT-10 after %j in another tab whoever waits here hears %s', (change, code) => {
  expect(interruptionOf(change)?.code).toBe(code)
})
