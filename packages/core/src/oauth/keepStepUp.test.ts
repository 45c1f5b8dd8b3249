import { expect, test, vi } from 'vitest'
import { memoryStorage } from '../browser/storage.ts'
import type { Arrival, MethodContext } from '../methods/method.ts'
import type { SessionRecord } from '../session/session.ts'
import { initialState } from '../session/state.ts'
import { keepStepUp } from './keepStepUp.ts'

const challenge = { scope: ['pay'], url: 'https://api.example/pay' }
const terms = { subject: 'ada', family: 'f', scope: ['read', 'pay'], challenge }
const ada: SessionRecord = { accessToken: 'at-1', refreshToken: 'rt-1', subject: 'ada', user: {}, scope: ['read'], method: 'oauth', family: 'f' }
const eve: SessionRecord = { ...ada, accessToken: 'at-eve', refreshToken: 'rt-eve', subject: 'eve', family: 'of-eve' }
const arrived: SessionRecord = { ...ada, accessToken: 'at-2', refreshToken: undefined, scope: ['read', 'pay'] }

/** Lets an answer without a refresh token arrive while ada's session is in use, which is another by the time that it takes its place. */
function arrive(inUse: SessionRecord) {
  const context = (): MethodContext => ({ scratch: memoryStorage(), now: () => 0 }) as unknown as MethodContext
  const [discard, put] = [vi.fn<() => void>(), vi.fn<(session: SessionRecord) => void>()]
  const replace: Arrival['replace'] = async (stays) => {
    await Promise.resolve()
    put({ ...arrived, ...stays?.(inUse) })
  }
  const kept = keepStepUp(terms, { context, held: () => ada })({ session: arrived, state: () => initialState, set: () => Promise.resolve(false), replace, discard })
  return { kept, put, discard }
}

test('INV-25: the refresh token that stays is the newest of the same person', async () => {
  const { kept, put, discard } = arrive({ ...ada, refreshToken: 'rt-next' })
  expect(await kept).toBe(true)
  expect(put.mock.calls).toMatchObject([[{ accessToken: 'at-2', refreshToken: 'rt-next' }]])
  expect(discard).not.toHaveBeenCalled()
})

test('INV-25: somebody else is in use by then: their refresh token is nobody else\'s', async () => {
  const { kept, put, discard } = arrive(eve)
  await expect(kept).rejects.toMatchObject({ code: 'user_changed' })
  expect(put).not.toHaveBeenCalled()
  expect(discard).toHaveBeenCalledTimes(1)
})
