// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest'
import { browserPopups, type Line } from './popup.ts'

const isRealBrowser = !navigator.userAgent.includes('jsdom')

afterEach(() => {
  vi.unstubAllGlobals()
  sessionStorage.clear()
  document.body.replaceChildren()
})

/** Another window of this origin. */
function otherWindow(): Window {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  if (frame.contentWindow === null) throw new Error('no window')
  return frame.contentWindow
}

/** What `window.open` gives, and what it was called with. */
function stubOpen(opened: object | null = otherWindow()) {
  const open = vi.fn((..._parameters: unknown[]) => opened)
  vi.stubGlobal('open', open)
  return open
}

function hear(line: Line): { readonly heard: unknown[]; readonly stop: () => void } {
  const heard: unknown[] = []
  return { heard, stop: line.subscribe((message) => heard.push(message)) }
}

function deliver(data: unknown, source: Window, { origin } = location): void {
  window.dispatchEvent(new MessageEvent('message', { data, origin, source }))
}

describe('open', () => {
  test('PO-10 opens an empty window of a name that nobody can guess', () => {
    const open = stubOpen()
    browserPopups.open()
    browserPopups.open()
    const [[url, name, features], [, other]] = open.mock.calls as [unknown[], unknown[]]
    expect(url).toBe('')
    expect(name).toMatch(/^[\da-f-]{36}$/)
    expect(other).not.toBe(name)
    expect(features).toContain('popup')
    expect(features).not.toContain('noopener')
  })

  test('PO-07 a blocked window is null', () => {
    stubOpen(null)
    expect(browserPopups.open()).toBeNull()
  })

  test.skipIf(isRealBrowser)('where there are no windows none opens, and none has opened this one', () => {
    vi.stubGlobal('window', undefined)
    expect([browserPopups.open(), browserPopups.opener()]).toEqual([null, null])
  })

  test('goes, closes, and says whether it is closed', () => {
    const opened = { closed: false, close: () => void (opened.closed = true), location: { replace: vi.fn() } }
    stubOpen(opened)
    const popup = browserPopups.open()
    popup?.go('https://id.example/authorize')
    expect(opened.location.replace).toHaveBeenCalledWith('https://id.example/authorize')
    expect(popup?.isClosed()).toBe(false)
    popup?.close()
    expect(popup?.isClosed()).toBe(true)
  })

  test('a copy of our tokens in the new window is removed, and nothing else is', () => {
    const items = new Map([['tessera:default:tokens', 'secret'], ['tessera:default:scratch:x', 'y'], ['app', 'kept']])
    const copy = { ...Object.fromEntries(items), removeItem: (key: string) => items.delete(key) }
    Object.defineProperty(copy, 'removeItem', { enumerable: false })
    sessionStorage.setItem('tessera:default:tokens', 'secret')
    stubOpen({ sessionStorage: copy })
    browserPopups.open()
    expect([...items]).toEqual([['app', 'kept']])
    expect(sessionStorage.getItem('tessera:default:tokens')).toBe('secret')
  })

  test('a blocked storage is no obstacle', () => {
    stubOpen({
      get sessionStorage() {
        throw new DOMException('blocked', 'SecurityError')
      },
    })
    expect(browserPopups.open()).not.toBeNull()
  })

  test.runIf(isRealBrowser)('in a real window, where a test may open one: its storage has no copy of ours, and it closes', (context) => {
    sessionStorage.setItem('tessera:default:tokens', 'secret')
    sessionStorage.setItem('app', 'kept')
    const open = vi.spyOn(window, 'open').mockName('open')
    const popup = browserPopups.open()
    const opened = open.mock.results[0]?.value as Window | null | undefined
    open.mockRestore()
    if (popup === null || opened == null) return context.skip()
    expect(Object.entries(opened.sessionStorage)).toEqual([['app', 'kept']])
    expect(popup.isClosed()).toBe(false)
    popup.close()
  })
})

describe('the line to a popup, and to an opener', () => {
  const lines: [string, (other: Window) => Line | null][] = [
    ['popup', (other) => (stubOpen(other), browserPopups.open())],
    ['opener', (other) => (vi.stubGlobal('opener', other), browserPopups.opener())],
  ]

  test.each(lines)('%s: hears that window of this origin, until it stops', (_, lineTo) => {
    const other = otherWindow()
    const { heard, stop } = hear(lineTo(other) as Line)
    deliver({ a: 1 }, other)
    expect(heard).toEqual([{ a: 1 }])
    stop()
    deliver({ a: 2 }, other)
    expect(heard).toHaveLength(1)
  })

  test.each(lines)('PO-01 %s: a message from another origin is not heard', (_, lineTo) => {
    const other = otherWindow()
    const { heard, stop } = hear(lineTo(other) as Line)
    for (const origin of ['https://evil.example', 'null', '', `${location.origin}.evil.example`]) deliver('x', other, { origin } as Location)
    stop()
    expect(heard).toEqual([])
  })

  test.each(lines)('PO-02 %s: a message from another window is not heard', (_, lineTo) => {
    const { heard, stop } = hear(lineTo(otherWindow()) as Line)
    deliver('x', otherWindow())
    deliver('x', window)
    stop()
    expect(heard).toEqual([])
  })

  test.each(lines)('%s: what is said is for this origin alone', (_, lineTo) => {
    const other = otherWindow()
    const post = vi.spyOn(other, 'postMessage').mockReturnValue()
    lineTo(other)?.post({ a: 1 })
    expect(post).toHaveBeenCalledExactlyOnceWith({ a: 1 }, location.origin)
  })
})

describe('opener', () => {
  test.each([null, undefined, {}, 'x'])('an opener that is %j is none', (value) => {
    vi.stubGlobal('opener', value)
    expect(browserPopups.opener()).toBeNull()
  })
})

describe('channel', () => {
  /** Says something on a line of this name, and resolves when it has been heard by somebody. */
  async function say(name: string, message: unknown): Promise<void> {
    const line = browserPopups.channel(name)
    let stop = (): void => {}
    const arrived = new Promise<unknown>((resolve) => void (stop = line.subscribe(resolve)))
    line.post(message)
    await arrived
    stop()
  }

  test('is heard by whoever knows its name, until it stops', async () => {
    const name = `tessera:${crypto.randomUUID()}`
    const { heard, stop } = hear(browserPopups.channel(name))
    await say(`${name}x`, 'elsewhere')
    await say(name, { a: 1 })
    expect(heard).toEqual([{ a: 1 }])
    stop()
    await say(name, { a: 2 })
    expect(heard).toHaveLength(1)
  })
})

describe('this window', () => {
  test('says whether it is in use, and closes', () => {
    const close = vi.fn()
    vi.stubGlobal('close', close)
    expect(browserPopups.isFocused()).toBe(document.hasFocus())
    browserPopups.close()
    expect(close).toHaveBeenCalledTimes(1)
  })
})
