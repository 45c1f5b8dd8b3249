import { afterEach, assert, beforeEach, describe, expect, test, vi } from 'vitest'
import { broadcastChannels, type Place } from './channel.ts'

/** Node has channels but no page, which is made up here; browsers have both. */
const isPage = typeof window !== 'undefined'
const page: EventTarget = isPage ? window : new EventTarget()

let name = ''
const places: Place[] = []
let left = (): object => ({})

/** Joins; the test leaves in any case. */
function join(channel = name): Place & { readonly heard: unknown[] } {
  const heard: unknown[] = []
  const place = broadcastChannels.join(channel, (message) => heard.push(message))
  places.push(place)
  return { ...place, heard }
}

/** What was posted before has arrived wherever it does, when a later message has. */
async function delivered(): Promise<void> {
  const [from, to] = [join(), join()]
  from.post('last')
  await vi.waitFor(() => expect(to.heard).toContain('last'), { interval: 1 })
  from.leave()
  to.leave()
}

const fire = (type: string): boolean => page.dispatchEvent(new Event(type))

beforeEach(() => {
  name = crypto.randomUUID()
  if (!isPage) vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  const add = vi.spyOn(globalThis, 'addEventListener')
  const open = new Set<BroadcastChannel>()
  class Counted extends BroadcastChannel {
    constructor(channel: string) {
      super(channel)
      open.add(this)
    }
    override close(): void {
      super.close()
      open.delete(this)
    }
  }
  vi.stubGlobal('BroadcastChannel', Counted)
  left = () => {
    const signals = add.mock.calls.filter(([type]) => type.startsWith('page')).map(([, , options]) => typeof options === 'object' && options.signal)
    return { channels: open.size, listeners: signals.filter((signal) => !signal || !signal.aborted).length }
  }
})

afterEach(() => {
  for (const { leave } of places.splice(0)) leave()
  const rest = left()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  assert.deepEqual(rest, { channels: 0, listeners: 0 }, 'INV-18')
})

describe('broadcastChannels', () => {
  test('all the others hear what one says, in order, and oneself does not', async () => {
    const [one, two, three] = [join(), join(), join()]
    const elsewhere = join(`${name}:other`)
    one.post({ n: 1 })
    one.post('b')
    await delivered()
    expect(two.heard.slice(0, 2)).toEqual([{ n: 1 }, 'b'])
    expect(three.heard.slice(0, 2)).toEqual([{ n: 1 }, 'b'])
    expect(one.heard).toEqual(['last'])
    expect(elsewhere.heard).toEqual([])
  })

  test('bytes arrive as bytes', async () => {
    const [one, two] = [join(), join()]
    one.post({ sealed: Uint8Array.of(0, 255) })
    await delivered()
    expect(two.heard[0]).toEqual({ sealed: Uint8Array.of(0, 255) })
  })

  test('INV-18 who left hears nothing any more, not even what was on its way, and says nothing', async () => {
    const [one, two] = [join(), join()]
    one.post('on its way')
    two.leave()
    two.leave()
    two.post('late')
    await delivered()
    expect([one.heard, two.heard]).toEqual([['last'], []])
  })

  test('a message that cannot be cloned throws, and the next one arrives', async () => {
    const [one, two] = [join(), join()]
    expect(() => one.post({ run: () => {} })).toThrow(expect.objectContaining({ name: 'DataCloneError' }))
    one.post('next')
    await delivered()
    expect(two.heard).toEqual(['next', 'last'])
  })

  test('XT-08 throws where there are no channels, and leaves nothing', () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    expect(() => join()).toThrow(TypeError)
    expect(left()).toEqual({ channels: 0, listeners: 0 })
  })
})

describe('XT-11 broadcastChannels on the way into the back/forward cache', () => {
  test('leaves, neither hears nor says anything, and is back with the page', async () => {
    const one = join()
    fire('pagehide')
    expect(left()).toMatchObject({ channels: 0 })
    const other = join()
    one.post('lost')
    other.post('lost')
    await delivered()
    expect([one.heard, other.heard]).toEqual([[], ['last']])
    fire('pageshow')
    one.post('back')
    other.post('hello')
    await delivered()
    expect([one.heard, other.heard.slice(1)]).toEqual([['hello', 'last'], ['back', 'last']])
  })

  test('a page that is shown for the first time takes no second place', async () => {
    const [one, two] = [join(), join()]
    fire('pageshow')
    one.post('once')
    await delivered()
    expect(two.heard).toEqual(['once', 'last'])
  })

  test('who left meanwhile does not come back', async () => {
    const one = join()
    fire('pagehide')
    one.leave()
    fire('pageshow')
    one.post('late')
    const other = join()
    other.post('hello')
    await delivered()
    expect([one.heard, other.heard]).toEqual([[], ['last']])
  })
})

test.runIf(isPage)('another page hears it', async () => {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const { BroadcastChannel: Channel } = Object(frame.contentWindow) as typeof globalThis
  const heard: unknown[] = []
  const other = new Channel(name)
  other.addEventListener('message', ({ data }) => heard.push(data))
  const one = join()
  one.post('hello')
  await vi.waitFor(() => expect(heard).toEqual(['hello']))
  other.postMessage('reply')
  await vi.waitFor(() => expect(one.heard).toEqual(['reply']))
  frame.remove()
})

test.skipIf(isPage)('does not keep a Node program alive', async () => {
  const { execFile } = await import('node:child_process')
  const program = `
    import { broadcastChannels } from ${JSON.stringify(new URL('./channel.ts', import.meta.url))}
    broadcastChannels.join('any', () => {}).post('hello')`
  const error = await new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '--eval', program], { timeout: 4_000 }, resolve)
  })
  expect(error).toBeNull()
})
