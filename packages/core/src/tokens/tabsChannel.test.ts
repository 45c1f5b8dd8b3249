import { describe, expect, test, vi } from 'vitest'
import { quickSealing } from '../../test/quickSealing.ts'
import { copyOf, held, openTab, openTwo, setUpStrictServer, soon, type Tab } from '../../test/siblingTabs.ts'
import type { Channels } from '../browser/channel.ts'

const server = setUpStrictServer()

describe('the channel', () => {
  const announcement = (tab: Tab) => ({ type: 'news', id: [...tab.world.origin.records.keys()][0], entry: null })

  test('XT-03 junk and hints without end change nothing, and cost a look at a time', async () => {
    const [first, second] = await openTwo(server)
    const read = vi.spyOn(first.world.origin.database, 'read')
    const place = first.world.origin.channels.join('tessera:tokens', () => {})
    const junk = [null, 'x', 42, [], {}, { type: 'news' }, { type: 'news', id: 'x' }, { ...announcement(first), entry: { generation: 99, sealed: new Uint8Array([1]), at: 1 } }, 'x'.repeat(10_000_000), { ...announcement(first), entry: { generation: 99, sealed: new Uint8Array(10_000_000), at: 1 } }]
    for (const message of junk) place.post(message)
    for (let hints = 0; hints < 1_000; hints++) place.post(announcement(first))
    await soon()
    expect(read.mock.calls.length).toBeLessThan(20)
    expect(await second.tokens.getAccessToken()).toBe('ada-1')
    expect([held(first), server.sent]).toEqual(['ada-1', []])
  })

  test('XT-03 an entry that says so itself counts for nothing without the key', async () => {
    const [first, second] = await openTwo(server)
    const sealed = await quickSealing.seal(JSON.stringify({ version: 2, generation: 50, over: null }), 'not the key')
    first.world.origin.channels.join('tessera:tokens', () => {}).post({ ...announcement(first), entry: { generation: 50, sealed, at: Date.now() } })
    await soon()
    expect([held(first), held(second)]).toEqual(['ada-1', 'ada-1'])
    expect([...first.world.origin.records.values()]).toMatchObject([{ generation: 1 }])
    await second.tokens.refresh()
    expect(held(second)).toBe('ada-2')
  })

  test.each([
    ['lost', (messages: unknown[]) => messages.slice(0, 0)],
    ['doubled', (messages: unknown[]) => [...messages, ...messages]],
    ['reordered', (messages: unknown[]) => [...messages].reverse()],
  ])('XT-04 INV-14 messages that are %s: all tabs end up with the same', async (_name, muddle) => {
    const waiting: unknown[] = []
    let post = (_message: unknown): void => {}
    const muddled = ({ channels }: { readonly channels: Channels }): Channels => ({
      join(name, listener) {
        const place = channels.join(name, listener)
        post = place.post
        return { ...place, post: (message) => void waiting.push(message) }
      },
    })
    const first = openTab({ refresh: server.refresh })
    const late = openTab({ world: first.world, refresh: server.refresh, instead: { channels: muddled(first.world.origin) } })
    await late.tokens.setTokens(server.issue())
    const second = openTab({ world: copyOf(first.world), refresh: server.refresh })
    await second.tokens.restore()
    await late.tokens.refresh()
    await late.tokens.setTokens(server.issue('bob'))
    await late.tokens.refresh()
    for (const message of muddle(waiting)) post(message)
    await soon()
    second.world.wake('focus')
    await soon()
    expect([held(late), held(second)]).toEqual(['bob-4', 'bob-4'])
    expect(await second.tokens.getAccessToken()).toBe('bob-4')
    waiting.length = 0
    late.tokens.clear()
    await soon()
    for (const message of muddle(waiting)) post(message)
    await soon()
    second.world.wake('focus')
    await soon()
    expect([held(late), held(second)]).toEqual([null, null])
  })
})
