import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOrigin } from '../../test/origin.ts'
import { quickSealing } from '../../test/quickSealing.ts'
import type { Channels } from '../browser/channel.ts'
import { systemTimer } from '../browser/timer.ts'
import { AuthError } from '../errors.ts'
import type { Circle } from '../session/record.ts'
import type { Entry } from './ledger.ts'
import { createTabs, type TabsOptions } from './tabs.ts'

const circle: Circle = { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 1 }
const entry: Entry = { generation: 3, sealed: new Uint8Array([1]), at: 5 }

let channels: Channels
/** What was said on the channel. */
let said: unknown[]
let say: (message: unknown) => void
beforeEach(() => {
  vi.useFakeTimers()
  channels = createOrigin().channels
  said = []
  say = channels.join('app', (message) => said.push(message)).post
})
afterEach(() => vi.useRealTimers())

const soon = () => vi.advanceTimersByTimeAsync(0)

function open(more: Partial<TabsOptions> = {}) {
  const news: [Circle, Entry | null][] = []
  const troubles: AuthError[] = []
  const onInvited = vi.fn()
  const onTrouble = vi.fn<TabsOptions['onTrouble']>()
  const tabs = createTabs({
    channels,
    timer: systemTimer,
    sealing: quickSealing,
    name: 'app',
    current: () => circle,
    sharesAcross: false,
    known: () => entry,
    onDegraded: (error) => troubles.push(error),
    onNews: (...heard) => news.push(heard),
    onTrouble,
    onInvited,
    ...more,
  })
  tabs.open()
  return { tabs, news, troubles, onTrouble, onInvited }
}

describe('listens', () => {
  test('to news of its own circle, with what they carry', async () => {
    const { news } = open()
    say({ type: 'news', id: circle.id, entry: null })
    say({ type: 'news', id: circle.id, entry })
    say({ type: 'news', id: circle.id, entry: { generation: 'x' } })
    say({ type: 'news', id: 'other', entry })
    await soon()
    expect(news).toEqual([
      [circle, null],
      [circle, entry],
      [circle, null],
    ])
  })

  test('RF-06 to trouble of its own circle that passes, with a wait within bounds', async () => {
    const { onTrouble } = open()
    const { tabs } = open()
    tabs.warn(new AuthError('rate_limited', 'slow down', { retryAfterMs: 300_000 }))
    say({ type: 'trouble', id: 'other', code: 'network' })
    for (const retryAfterMs of [60_001, -1, 0, NaN, Infinity, '5', undefined]) say({ type: 'trouble', id: circle.id, code: 'timeout', retryAfterMs })
    say({ type: 'news', id: circle.id, entry: null, code: 'network' })
    for (const code of ['refresh_rejected', 'constructor', ['network'], undefined]) say({ type: 'trouble', id: circle.id, code })
    await soon()
    expect(onTrouble.mock.calls.map(([{ code, retryAfterMs, retryable }]) => [code, retryAfterMs, retryable])).toEqual([
      ['rate_limited', 60_000, true],
      ...[60_000, undefined, 0, undefined, 60_000, undefined, undefined].map((retryAfterMs) => ['timeout', retryAfterMs, true]),
    ])
    expect(onTrouble.mock.calls[0]?.[0]).toMatchObject({ message: 'Another tab could not refresh (rate_limited): try later.' })
  })

  test('RF-06 nobody hears of trouble outside of a circle', async () => {
    const { onTrouble } = open()
    open({ current: () => null }).tabs.warn(new AuthError('network', 'no'))
    await soon()
    expect(said).toMatchObject([{ type: 'trouble', id: undefined }])
    expect(onTrouble).not.toHaveBeenCalled()
  })

  test('to nothing while nobody is signed in', async () => {
    const { news } = open({ current: () => null, known: () => null })
    say({ type: 'news', id: circle.id, entry })
    say({ type: 'ask', id: circle.id })
    say({ type: 'news', id: undefined })
    await soon()
    expect([news, said]).toEqual([[], []])
  })

  test('INV-7 signed out it still says of what it knows that it is over', async () => {
    open({ current: () => null, known: (id) => (id === circle.id ? entry : null) })
    for (const id of [circle.id, 'other', undefined, 42]) say({ type: 'ask', id })
    await soon()
    expect(said).toEqual([{ type: 'news', id: circle.id, entry }])
  })

  test('to who asks what it knows of the circle, if it knows something', async () => {
    let known: Entry | null = null
    open({ known: () => known })
    say({ type: 'ask', id: circle.id })
    say({ type: 'ask', id: 'other' })
    await soon()
    expect(said).toEqual([])
    known = entry
    say({ type: 'ask', id: circle.id })
    await soon()
    expect(said).toEqual([{ type: 'news', id: circle.id, entry }])
  })

  test('once, however often it is opened, and not after it was closed', async () => {
    const { tabs, news } = open()
    tabs.open()
    say({ type: 'news', id: circle.id, entry })
    await soon()
    expect(news).toHaveLength(1)
    tabs.close()
    say({ type: 'news', id: circle.id, entry })
    tabs.announce(circle.id, entry)
    await soon()
    expect([news.length, said]).toEqual([1, []])
  })

  test('XT-03 junk is nothing', async () => {
    const { news, onInvited, troubles } = open({ sharesAcross: true })
    const word = fc.constantFrom('news', 'ask', 'join', 'welcome', 'invites', '__proto__', 42)
    const member = fc.oneof(fc.anything(), fc.constantFrom('other', entry), fc.uint8Array())
    const record = fc.record({ type: word, id: member, entry: member, publicKey: member, from: member, sealed: member }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.anything(), record), async (message) => {
        try {
          say(message)
        } catch {
          // It cannot be said on a channel either.
        }
        await soon()
      }),
    )
    expect([news, troubles]).toEqual([[], []])
    expect(onInvited).not.toHaveBeenCalled()
    // It still hears.
    say({ type: 'news', id: circle.id, entry: null })
    await soon()
    expect(news).toHaveLength(1)
  })
})

describe('sharing across tabs', () => {
  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ])('lets in who asks: asked with the option %s, answered with it %s: %s', async (asker, sibling, isLetIn) => {
    open({ sharesAcross: sibling })
    const { tabs } = open({ sharesAcross: asker, current: () => null })
    const joined = tabs.join(() => true)
    await vi.advanceTimersByTimeAsync(250)
    expect(await joined).toEqual(isLetIn ? circle : null)
  })

  test('who has nothing lets nobody in', async () => {
    open({ sharesAcross: true, current: () => null })
    const joined = open({ sharesAcross: true, current: () => null }).tabs.join(() => true)
    await vi.advanceTimersByTimeAsync(250)
    expect(await joined).toBeNull()
    expect(said).toMatchObject([{ type: 'join' }])
  })

  test('INV-7 who does not share gives nothing away to anybody who asks', async () => {
    const { onInvited } = open()
    say({ type: 'join', publicKey: (await quickSealing.agree()).publicKey })
    say({ type: 'welcome', from: new Uint8Array(8), sealed: new Uint8Array(8) })
    say({ type: 'invite' })
    await soon()
    expect(said).toEqual([])
    expect(onInvited).not.toHaveBeenCalled()
  })

  test.each([
    [true, 1],
    [false, 0],
  ])('says that somebody signed in with the option %s: %i times', async (sharesAcross, times) => {
    const { onInvited } = open({ sharesAcross: true })
    open({ sharesAcross }).tabs.invite()
    await soon()
    expect(onInvited).toHaveBeenCalledTimes(times)
    expect(said).toHaveLength(times)
  })

  test('XT-03 who has a key and does not ask to be let in is not', async () => {
    open({ sharesAcross: true })
    say({ type: 'news', publicKey: (await quickSealing.agree()).publicKey })
    await soon()
    expect(said).toEqual([])
  })

  test('XT-03 what can be opened and does not say that it is a welcome is none', async () => {
    const { tabs } = open({ sharesAcross: true, current: () => null })
    const joined = tabs.join(() => true)
    await soon()
    const { publicKey, keyWith } = await quickSealing.agree()
    const asked = said[0] as { readonly publicKey: Uint8Array }
    const letIn = async (type: string, id: string): Promise<void> => {
      say({ type, from: publicKey, sealed: await quickSealing.seal(JSON.stringify({ ...circle, id: id.repeat(43) }), await keyWith(asked.publicKey)) })
      await soon()
    }
    await letIn('news', 'n')
    await letIn('welcome', 'w')
    expect((await joined)?.id).toBe('w'.repeat(43))
  })

  test('XT-03 a public key that is none, and a welcome that nobody can open, are nothing', async () => {
    const agree = async () => ({ publicKey: new Uint8Array(8), keyWith: () => Promise.reject(new Error('no key')) })
    const { tabs } = open({ sharesAcross: true, sealing: { ...quickSealing, agree } })
    const joined = tabs.join(() => true)
    say({ type: 'join', publicKey: new Uint8Array(3) })
    say({ type: 'join', publicKey: 'text' })
    say({ type: 'welcome', from: new Uint8Array(3), sealed: new Uint8Array(3) })
    await vi.advanceTimersByTimeAsync(250)
    expect(await joined).toBeNull()
    expect(said).toMatchObject([{ type: 'join' }])
  })

  test('XT-08 without Web Crypto nobody is let in, at once', async () => {
    const { tabs } = open({ sharesAcross: true, sealing: { ...quickSealing, agree: () => Promise.reject(new TypeError('no subtle')) } })
    expect(await tabs.join(() => true)).toBeNull()
  })

  test('closed it asks nobody', async () => {
    const { tabs } = open({ sharesAcross: true })
    tabs.close()
    expect(await tabs.join(() => true)).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('INV-18 closed while it waits it does so no more', async () => {
    const { tabs } = open({ sharesAcross: true })
    const waiting = [tabs.join(() => true), tabs.ask(circle.id)]
    await soon()
    tabs.close()
    expect(await Promise.all(waiting)).toEqual([null, undefined])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('INV-18 closed for good, it is not opened again', async () => {
    const { tabs, news } = open()
    tabs.close()
    tabs.open()
    say({ type: 'news', id: circle.id, entry })
    await soon()
    expect(news).toEqual([])
  })
})

describe('asks', () => {
  test('and waits 250 ms for answers', async () => {
    const { tabs } = open()
    const settled = vi.fn()
    void tabs.ask(circle.id).then(settled)
    await vi.advanceTimersByTimeAsync(249)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(settled).toHaveBeenCalledTimes(1)
    expect(said).toEqual([{ type: 'ask', id: circle.id }])
  })

  test('XT-08 nobody, and does not wait, where there are no channels', async () => {
    const join = () => {
      throw new ReferenceError('BroadcastChannel is not defined')
    }
    const { tabs, troubles } = open({ channels: { join }, sharesAcross: true })
    await tabs.ask(circle.id)
    expect(await tabs.join(() => true)).toBeNull()
    tabs.announce(circle.id, null)
    tabs.close()
    expect(troubles).toMatchObject([{ code: 'storage_failed', cause: expect.any(ReferenceError) as unknown }])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('and a channel that does not take it is no trouble', () => {
    const post = () => {
      throw new DOMException('closed', 'InvalidStateError')
    }
    const { tabs } = open({ channels: { join: () => ({ post, leave: () => {} }) } })
    expect(() => tabs.announce(circle.id, entry)).not.toThrow()
  })
})
