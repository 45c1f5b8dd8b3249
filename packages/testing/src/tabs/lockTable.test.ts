import type { Locks } from '@tessera-auth/core'
import { describe, expect, it } from 'vitest'
import { createBrowser, type Browser } from './createBrowser.ts'
import type { Tab } from './tab.ts'

type Lock = Awaited<ReturnType<Locks['acquire']>>
type App = Locks & { readonly got: (Lock | Error)[] }

function open(browser: Browser): Tab<App> {
  return browser.openTab(({ locks }) => {
    const got: (Lock | Error)[] = []
    return {
      got,
      acquire(name, waitMs, abort) {
        const acquired = locks.acquire(name, waitMs, abort)
        acquired.then((lock) => got.push(lock), (error: Error) => got.push(error))
        return acquired
      },
    }
  })
}

const granted: Lock = { letGo: expect.any(Function), isHeld: expect.any(Function) }

/** The first that it got. */
const heldBy = ({ app: { got: [lock] } }: Tab<App>) => (lock !== undefined && lock !== null && 'letGo' in lock ? lock : null)
const letGo = (tab: Tab<App>): void => heldBy(tab)?.letGo()

async function twoTabs(): Promise<{ readonly browser: Browser; readonly one: Tab<App>; readonly other: Tab<App> }> {
  const browser = createBrowser()
  const [one, other] = [open(browser), open(browser)]
  void one.app.acquire('l', 10_000)
  void other.app.acquire('l', 10_000).catch(() => {})
  await browser.settle()
  return { browser, one, other }
}

describe('locks', () => {
  it('are for one page at a time, in turn', async () => {
    const { browser, one, other } = await twoTabs()
    expect([...browser.lockHolders()]).toEqual([['l', one.id]])
    expect(other.holdings()).toMatchObject({ heldLocks: [], awaitedLocks: ['l'] })
    letGo(one)
    await browser.settle()
    expect(other.app.got).toEqual([granted])
    expect(one.holdings().heldLocks).toEqual([])
  })

  it('are given up in time', async () => {
    const { browser, other } = await twoTabs()
    await browser.advance(9_999)
    expect(other.app.got).toEqual([])
    await browser.advance(1)
    expect(other.app.got).toEqual([null])
    expect(other.holdings().awaitedLocks).toEqual([])
  })

  it('are waited for anew when another page has them', async () => {
    const { browser, one, other } = await twoTabs()
    const third = open(browser)
    void third.app.acquire('l', 10_000)
    await browser.advance(9_000)
    letGo(one)
    await browser.advance(9_999)
    expect([heldBy(one)?.isHeld(), heldBy(other)?.isHeld(), third.app.got]).toEqual([false, true, []])
    await browser.advance(1)
    expect(third.app.got).toEqual([null])
  })

  it('are not asked for by who was told to stop before', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    void tab.app.acquire('l', 10_000, AbortSignal.abort())
    await browser.settle()
    expect([tab.app.got, tab.holdings().timers, browser.lockHolders().size]).toEqual([[null], 0, 0])
  })

  it('are given up when told so, and not once they are held', async () => {
    const { browser, one, other } = await twoTabs()
    const abort = new AbortController()
    void other.app.acquire('m', 10_000, abort.signal)
    await browser.settle()
    void one.app.acquire('m', 10_000, abort.signal)
    abort.abort()
    await browser.settle()
    expect([one.app.got.at(-1), other.app.got.at(-1)]).toEqual([null, granted])
    expect(browser.lockHolders().get('m')).toBe(other.id)
  })

  it.each(['crash', 'close', 'reload', 'leave'] as const)('are released at once by %s()', async (ending) => {
    const { browser, one, other } = await twoTabs()
    one[ending]()
    await browser.settle()
    expect([...browser.lockHolders().values()]).toEqual([other.id])
  })

  it('stay with a frozen tab, and one that is granted to it keeps others waiting', async () => {
    const { browser, one, other } = await twoTabs()
    one.freeze()
    other.freeze()
    await browser.advance(1000)
    expect([...browser.lockHolders().values()]).toEqual([one.id])
    one.crash()
    await browser.settle()
    expect([...browser.lockHolders().values()]).toEqual([other.id])
    expect(other.app.got).toEqual([])
    other.thaw()
    await browser.settle()
    expect(other.app.got).toEqual([granted])
  })

  it('that a page in the back/forward cache waits for are asked for again when it is back', async () => {
    const { browser, one, other } = await twoTabs()
    other.leave()
    expect(other.holdings().awaitedLocks).toEqual([])
    one.crash()
    await browser.advance(1000)
    expect(browser.lockHolders().size).toBe(0)
    other.comeBack()
    await browser.settle()
    expect(other.app.got).toEqual([granted])
  })

  it('can be stolen: the robbed does not know, and its release takes nothing from the next', async () => {
    const { browser, one, other } = await twoTabs()
    browser.stealLock('l')
    await browser.settle()
    expect(heldBy(one)?.isHeld()).toBe(false)
    letGo(one)
    expect([...browser.lockHolders().values()]).toEqual([other.id])
  })

  it('can be held by somebody outside', async () => {
    const browser = createBrowser()
    const release = browser.holdLock('l')
    const tab = open(browser)
    void tab.app.acquire('l', 10_000)
    await browser.settle()
    expect([...browser.lockHolders()]).toEqual([['l', null]])
    release()
    await browser.settle()
    expect(tab.app.got).toEqual([granted])
  })

  it('can be never granted, until they are', async () => {
    const browser = createBrowser()
    browser.inflict({ lockNeverGranted: true })
    const tab = open(browser)
    void tab.app.acquire('l', 100)
    void tab.app.acquire('m', 1000)
    await browser.advance(100)
    expect(tab.app.got).toEqual([null])
    browser.inflict({ lockNeverGranted: false })
    await browser.settle()
    expect(tab.app.got).toEqual([null, granted])
  })

  it('can be missing', async () => {
    const browser = createBrowser()
    browser.inflict({ withoutLocks: true })
    const tab = open(browser)
    await expect(tab.app.acquire('l', 100)).rejects.toThrow('no locks')
  })
})
