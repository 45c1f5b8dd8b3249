import { afterEach, assert, beforeEach, describe, expect, test, vi } from 'vitest'
import { webLocks, type HeldLock } from './lock.ts'

/** Node has locks but no page, which is made up here; browsers have both. */
const isPage = typeof window !== 'undefined'
const page: EventTarget = isPage ? window : new EventTarget()

let name = ''
const waitMs = 5_000
const taken: HeldLock[] = []
let openListeners = (): number => 0

/** Takes the lock; the test ends without it in any case. */
async function acquire(): Promise<HeldLock | null> {
  const lock = await webLocks.acquire(name, waitMs)
  if (lock !== null) taken.push(lock)
  return lock
}

const granted: HeldLock = { letGo: expect.any(Function), isHeld: expect.any(Function) }

const { locks } = navigator
const query = locks?.query.bind(locks)
const request = locks?.request.bind(locks)

interface Queue {
  readonly held: number
  readonly pending: number
}

async function queue(): Promise<Queue> {
  const { held = [], pending = [] } = await query()
  const ours = (infos: readonly LockInfo[]): number => infos.filter((info) => info.name === name).length
  return { held: ours(held), pending: ours(pending) }
}

const polling = { interval: 1 }

/** Node lists a request that was taken back until its turn has come. */
const withdrawn: Partial<Queue> = isPage ? { held: 1, pending: 0 } : { held: 1 }

/** Somebody else holds the lock until the given function is called. */
function holdElsewhere(manager: LockManager = locks): Promise<() => void> {
  return new Promise((resolve) => void manager.request(name, () => new Promise<void>((letGo) => resolve(letGo))))
}

const fire = (type: string): boolean => page.dispatchEvent(new Event(type))

beforeEach(() => {
  name = crypto.randomUUID()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  if (!isPage) vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  const add = vi.spyOn(globalThis, 'addEventListener')
  openListeners = () => {
    const signals = add.mock.calls.filter(([type]) => type.startsWith('page')).map(([, , options]) => typeof options === 'object' && options.signal)
    return signals.filter((signal) => !signal || !signal.aborted).length
  }
})

afterEach(async () => {
  for (const { letGo } of taken.splice(0)) letGo()
  const left = { timers: vi.getTimerCount(), listeners: openListeners() }
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  assert.deepEqual(left, { timers: 0, listeners: 0 }, 'INV-18')
  if (locks !== undefined) await vi.waitUntil(async () => Object.values(await queue()).every((count) => count === 0), polling)
})

describe.runIf('locks' in navigator)('webLocks', () => {
  test('INV-18 one at a time, in the order of asking', async () => {
    const order: number[] = []
    const first = await acquire()
    const waiting = [1, 2].map((number) => acquire().then((lock) => (order.push(number), lock)))
    await expect.poll(queue, polling).toMatchObject({ held: 1, pending: 2 })
    expect(order).toEqual([])
    first?.letGo()
    const second = await waiting[0]
    await expect.poll(queue, polling).toMatchObject({ held: 1, pending: 1 })
    expect(order).toEqual([1])
    second?.letGo()
    expect(await waiting[1]).toEqual(granted)
  })

  test('locks of different names are nothing to each other', async () => {
    await acquire()
    const other = await webLocks.acquire(`${name}:other`, waitMs)
    expect(other).toEqual(granted)
    other?.letGo()
  })

  test('letting go twice does not let go of somebody else’s', async () => {
    const first = await acquire()
    first?.letGo()
    await acquire()
    first?.letGo()
    await expect.poll(queue, polling).toMatchObject({ held: 1, pending: 0 })
  })

  test('XT-05 INV-12 gives up after its time, and nobody later waits for it', async () => {
    const letGo = await holdElsewhere()
    const result = acquire()
    await expect.poll(queue, polling).toMatchObject({ held: 1, pending: 1 })
    vi.advanceTimersByTime(waitMs - 1)
    await expect.poll(queue, polling).toMatchObject({ held: 1, pending: 1 })
    vi.advanceTimersByTime(1)
    await expect(result).resolves.toBeNull()
    await expect.poll(queue, polling).toMatchObject(withdrawn)
    letGo()
    await expect(acquire()).resolves.toEqual(granted)
  })

  test('RF-06 its time begins anew when another page has the lock: in a queue that moves nobody goes without', async () => {
    let clientId = 'a'
    const look = async (): Promise<LockManagerSnapshot> => ({ held: [{ name: 'other', clientId: 'c' }, { name, clientId, mode: 'exclusive' }] })
    vi.stubGlobal('navigator', { locks: { request, query: look } })
    const letGo = await holdElsewhere()
    const onGivenUp = vi.fn()
    const result = acquire().finally(onGivenUp)
    for (const holder of ['b', 'a', 'b']) {
      await vi.advanceTimersByTimeAsync(3_500)
      clientId = holder
      await vi.advanceTimersByTimeAsync(500)
    }
    await vi.advanceTimersByTimeAsync(waitMs - 1)
    expect(onGivenUp).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await expect(result).resolves.toBeNull()
    letGo()
  })

  test('INV-18 told to stop before it began, it asks for nothing', async () => {
    const asked = vi.spyOn(locks, 'request')
    await expect(webLocks.acquire(name, waitMs, AbortSignal.abort())).resolves.toBeNull()
    expect(asked).not.toHaveBeenCalled()
  })

  test('a grant that comes after the time was up is let go at once', async () => {
    const grants: LockGrantedCallback<unknown>[] = []
    vi.spyOn(locks, 'request').mockImplementation((...parameters: unknown[]) => {
      grants.push(parameters.at(-1) as LockGrantedCallback<unknown>)
      return new Promise(() => {})
    })
    const result = acquire()
    vi.advanceTimersByTime(waitMs)
    await expect(result).resolves.toBeNull()
    await expect(grants[0]?.(null)).resolves.toBeUndefined()
  })

  test('XT-09 has Chromium look every second whether the holder is still there, and stops with the waiting', async () => {
    let asked = 0
    // No mock of Vitest, which would take care of the rejection.
    const fail = (): Promise<never> => (asked++, Promise.reject(new DOMException('refused', 'InvalidStateError')))
    vi.stubGlobal('navigator', { locks: { request, query: fail } })
    const letGo = await holdElsewhere()
    const result = acquire()
    for (const times of [1, 2, 3, 4]) {
      expect(asked).toBe(times)
      vi.advanceTimersByTime(1_000)
    }
    letGo()
    await expect(result).resolves.toEqual(granted)
    vi.advanceTimersByTime(60_000)
    expect(asked).toBe(5)
  })

  test('XT-06 robbed of it, nothing happens here', async () => {
    const lock = await acquire()
    await request(name, { steal: true }, () => {})
    await expect.poll(() => lock?.isHeld(), polling).toBe(false)
    lock?.letGo()
    await expect(acquire()).resolves.toEqual(granted)
  })
})

describe.runIf('locks' in navigator)('XT-14 webLocks on the way into the back/forward cache', () => {
  test('lets go of the lock, and does not take it again', async () => {
    const lock = await acquire()
    expect(lock?.isHeld()).toBe(true)
    fire('pagehide')
    expect(lock?.isHeld()).toBe(false)
    await expect.poll(queue, polling).toMatchObject({ held: 0, pending: 0 })
    fire('pageshow')
    const other = await holdElsewhere()
    lock?.letGo()
    await expect.poll(queue, polling).toMatchObject({ held: 1, pending: 0 })
    other()
  })

  test('takes the request back, and makes it again, once, when the page is shown', async () => {
    const letGo = await holdElsewhere()
    const result = acquire()
    const asking = isPage ? { held: 1, pending: 1 } : { held: 1 }
    for (let times = 0; times < 2; times++) {
      await expect.poll(queue, polling).toMatchObject(asking)
      fire('pagehide')
      await expect.poll(queue, polling).toMatchObject(withdrawn)
      fire('pageshow')
      fire('pageshow')
    }
    await expect.poll(queue, polling).toMatchObject(asking)
    letGo()
    await expect(result).resolves.toEqual(granted)
  })

  test('a page that is hidden and shown in one breath asks again', async () => {
    const letGo = await holdElsewhere()
    const result = acquire()
    fire('pagehide')
    fire('pageshow')
    letGo()
    await expect(result).resolves.toEqual(granted)
  })

  test('a page that is shown for the first time makes no second request', async () => {
    const letGo = await holdElsewhere()
    const result = acquire()
    fire('pageshow')
    await expect.poll(queue, polling).toMatchObject({ held: 1, pending: 1 })
    letGo()
    await result
  })

  test('does not ask again when the time was up meanwhile', async () => {
    const letGo = await holdElsewhere()
    const result = acquire()
    fire('pagehide')
    vi.advanceTimersByTime(waitMs)
    await expect(result).resolves.toBeNull()
    fire('pageshow')
    await expect.poll(queue, polling).toMatchObject(withdrawn)
    letGo()
  })
})

describe('XT-08 where there are no locks, rejects and leaves nothing', () => {
  const refused = new DOMException('refused', 'SecurityError')
  const refuse = (): never => {
    throw refused
  }

  test.each([
    ['no navigator', undefined, { name: 'TypeError' }],
    ['no locks, as off https', {}, { name: 'TypeError' }],
    ['a request that throws', { locks: { request: refuse } }, refused],
    ['a request that is refused', { locks: { request: () => Promise.reject(refused) } }, refused],
  ])('%s', async (_, value, error) => {
    vi.stubGlobal('navigator', value)
    await expect(acquire()).rejects.toMatchObject(error)
    vi.advanceTimersByTime(60_000)
  })
})

describe.runIf(isPage)('webLocks among pages', () => {
  test('XT-09 waits for another page, and has the lock when that is gone', async () => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const other = frame.contentWindow?.navigator.locks
    if (other === undefined) throw new Error('no window')
    await holdElsewhere(other)
    const result = acquire()
    await expect.poll(queue, polling).toMatchObject({ held: 1, pending: 1 })
    frame.remove()
    await expect(result).resolves.toEqual(granted)
  })
})
