import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { AuthError } from '../errors.ts'
import { raceAbort } from './raceAbort.ts'

test('INV-18 nothing of a wait that is over stays with a signal that lives on', async () => {
  const { signal } = new AbortController()
  expect(await raceAbort(Promise.resolve(1), signal, undefined)).toBe(1)
  await expect(raceAbort(Promise.reject(new AuthError('network', 'no')), signal)).rejects.toMatchObject({ code: 'network' })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test.each(['before', 'while'])('RF-33 a signal that aborts %s somebody waits ends that wait, with what it was aborted with', async (when) => {
  for (const reason of [new AuthError('user_changed', 'Bob'), new Error('navigated')]) {
    const controller = new AbortController()
    if (when === 'before') controller.abort(reason)
    const waiting = raceAbort(new Promise(() => {}), undefined, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toMatchObject(reason instanceof AuthError ? { code: 'user_changed' } : { code: 'aborted', cause: reason })
  }
})
