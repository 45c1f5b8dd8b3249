import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { quickSealing } from '../../test/quickSealing.ts'
import { webSealing, type Sealing } from '../browser/sealing.ts'
import { systemTimer, type Timer } from '../browser/timer.ts'
import { createJoining } from './joining.ts'

const circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 1 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** Real cryptography takes real time, which a busy machine may not have within the deadline. */
const patientTimer: Timer = { after: () => () => {} }

function open(sealing: Sealing = quickSealing) {
  const { signal } = new AbortController()
  const posts: Record<string, unknown>[] = []
  const joining = createJoining({ timer: sealing === webSealing ? patientTimer : systemTimer, sealing, signal, post: (message) => posts.push(message as Record<string, unknown>) })
  return { ...joining, posts }
}

/** A tab that has asked, and its public key. */
async function asking(sealing?: Sealing) {
  const tab = open(sealing)
  const answer = tab.join(() => true)
  if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(0)
  else await vi.waitFor(() => expect(tab.posts).toHaveLength(1))
  return { ...tab, answer, publicKey: tab.posts[0]?.['publicKey'] as Uint8Array }
}

/** What a sibling says to somebody with this public key. */
async function welcome(publicKey: Uint8Array, into = circle) {
  const sibling = open()
  await sibling.letIn(into, publicKey)
  const { type, from, sealed } = sibling.posts[0] ?? {}
  expect(type).toBe('welcome')
  return [from as Uint8Array, sealed as Uint8Array] as const
}

test('who asks with a public key is let in, and its timer is gone', async () => {
  const { posts, answer, publicKey, takeIn } = await asking()
  expect(posts).toEqual([{ type: 'join', publicKey: expect.any(Uint8Array) }])
  await takeIn(...(await welcome(publicKey)))
  expect(await answer).toEqual(circle)
  expect(vi.getTimerCount()).toBe(0)
})

test('nobody answers: it is alone after 250 ms', async () => {
  const { answer } = await asking()
  const settled = vi.fn()
  void answer.then(settled)
  await vi.advanceTimersByTimeAsync(249)
  expect(settled).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(settled).toHaveBeenCalledWith(null)
})

test('of two that answer the first counts', async () => {
  const { answer, publicKey, takeIn } = await asking()
  await takeIn(...(await welcome(publicKey)))
  await takeIn(...(await welcome(publicKey, { ...circle, id: 'j'.repeat(43) })))
  expect(await answer).toEqual(circle)
})

test('an answer to somebody else is none, and it goes on waiting for its own', async () => {
  const [one, two] = [await asking(), await asking()]
  await expect(one.takeIn(...(await welcome(two.publicKey)))).rejects.toThrow('This is not its key.')
  await one.takeIn(...(await welcome(one.publicKey)))
  expect(await one.answer).toEqual(circle)
})

test.each([{ id: 'short', key: circle.key }, { ...circle, key: '' }, {}])('ST-04 %j is no circle: it goes on waiting', async (junk) => {
  const { answer, publicKey, takeIn } = await asking()
  await takeIn(...(await welcome(publicKey, junk as typeof circle)))
  await takeIn(...(await welcome(publicKey)))
  expect(await answer).toEqual(circle)
})

test('an answer that nobody asked for is let be, before a question and after it', async () => {
  const agree = vi.fn(quickSealing.agree)
  const unseal = vi.fn(quickSealing.unseal)
  const tab = open({ ...quickSealing, agree, unseal })
  await tab.takeIn(new Uint8Array(8), new Uint8Array(8))
  const answer = tab.join(() => true)
  await vi.advanceTimersByTimeAsync(250)
  expect(await answer).toBeNull()
  await tab.takeIn(new Uint8Array(8), new Uint8Array(8))
  expect(unseal).not.toHaveBeenCalled()
})

test('who asks once more while it still waits is answered, also when the first wait ends in between', async () => {
  const { posts, answer, join, takeIn } = await asking()
  await vi.advanceTimersByTimeAsync(150)
  const again = join(() => true)
  await vi.advanceTimersByTimeAsync(100)
  expect(await answer).toBeNull()
  await takeIn(...(await welcome(posts[1]?.['publicKey'] as Uint8Array)))
  await vi.advanceTimersByTimeAsync(250)
  expect(await again).toEqual(circle)
})

test('INV-7 with the real Web Crypto who listens to both learns nothing of the circle', async () => {
  vi.useRealTimers()
  const asker = await asking(webSealing)
  const sibling = open(webSealing)
  await sibling.letIn(circle, asker.publicKey)
  const { from, sealed } = sibling.posts[0] ?? {}
  const said = JSON.stringify([...asker.posts, ...sibling.posts], (_name, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value))
  expect(said).not.toContain(circle.id)
  expect(said).not.toContain(circle.key)
  const listener = await asking(webSealing)
  await expect(listener.takeIn(from as Uint8Array, sealed as Uint8Array)).rejects.toBeInstanceOf(DOMException)
  await asker.takeIn(from as Uint8Array, sealed as Uint8Array)
  expect(await asker.answer).toEqual(circle)
})

test('XT-03 with the real Web Crypto a public key that is none is refused', async () => {
  vi.useRealTimers()
  await expect(open(webSealing).letIn(circle, new Uint8Array(65))).rejects.toBeInstanceOf(DOMException)
})
