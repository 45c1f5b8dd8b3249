import { expect, test, vi } from 'vitest'
import type { TokenSet } from '../session/session.ts'
import type { Parts } from './assemble.ts'
import { replace } from './replace.ts'

/**
 * Replaces tokens where the first so many tries are not taken; gives whether each was the last.
 *
 * @param isNews Whether another tab has put others in their place by the next.
 */
async function triesUntil(count: number, isNews: (tries: number) => boolean): Promise<boolean[]> {
  const tries: boolean[] = []
  const of = (accessToken: string): object => ({ tokens: { accessToken } })
  let held = of('at-0')
  const vault = { held: () => held, catchUp: () => Promise.resolve(null) }
  const refresher = { isRunning: () => false, reset: () => {} }
  const look = vi.fn(() => {
    if (isNews(tries.length)) held = of(`at-${tries.length}`)
  })
  const commit = (_: TokenSet, isLastTry: boolean): Promise<boolean> => Promise.resolve(tries.push(isLastTry) > count)
  const parts = { vault, refresher, lookout: { look } } as unknown as Parts<TokenSet>
  const onDiscard = vi.fn()
  await replace((current) => current, { parts, changing: () => null, commit, onDiscard, signal: new AbortController().signal })
  expect([look.mock.calls.length, onDiscard.mock.calls.length]).toEqual([count, 0])
  return tries
}

test('INV-12 where nothing is taken and nothing is new, the third try is the last, and so is what comes after it', async () => {
  expect(await triesUntil(3, () => false)).toEqual([false, false, true, true])
})

test('RF-08 other tabs that are first, however often, leave the tries as they were', async () => {
  expect(await triesUntil(5, () => true)).toEqual([false, false, false, false, false, false])
  expect(await triesUntil(4, (tries) => tries === 2)).toEqual([false, false, false, false, true])
})
