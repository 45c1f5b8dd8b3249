import { describe, expect, it } from 'vitest'
import { createBrowser, type Browser } from './createBrowser.ts'
import type { Tab } from './tab.ts'

interface App {
  readonly log: string[]
  readonly after: (delayMs: number, name: string) => () => void
}

function open(browser: Browser): Tab<App> {
  return browser.openTab(({ timer, clock, wake }) => {
    const log: string[] = []
    const startedAt = clock.now()
    wake.subscribe((reason) => log.push(reason))
    const note = (name: string): void => {
      const { wallAt, elapsedMs } = clock.now()
      log.push(`${name} ${wallAt - startedAt.wallAt} ${elapsedMs - startedAt.elapsedMs}`)
    }
    return { log, after: (delayMs, name) => timer.after(delayMs, () => note(name)) }
  })
}

describe('time', () => {
  it('runs timers in order, with everything settled in between', async () => {
    const browser = createBrowser()
    const { app, environment } = open(browser)
    app.after(20, 'late')
    app.after(10, 'early')
    environment.timer.after(10, () => void Promise.resolve().then(() => app.after(5, 'nested')))
    await browser.advance(30)
    expect(app.log).toEqual(['early 10 10', 'nested 15 15', 'late 20 20'])
    expect(browser.now()).toBe(1_767_225_600_030)
  })

  it('runs no timer that was cancelled, and counts those that are armed', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    const cancel = tab.app.after(10, 'never')
    tab.app.after(10, 'ever')
    tab.app.after(Infinity, 'far')
    expect(tab.holdings().timers).toBe(3)
    cancel()
    await browser.advance(10)
    expect([tab.app.log, tab.holdings().timers]).toEqual([['ever 10 10'], 1])
  })

  it('while asleep runs nothing; afterwards all that is late, and then a wake', async () => {
    const browser = createBrowser()
    const { app } = open(browser)
    app.after(1000, 'one')
    app.after(2000, 'two')
    await browser.sleep(3_600_000)
    expect(app.log).toEqual(['one 3600000 0', 'two 3600000 0', 'visible'])
  })

  it('stands still in a frozen tab, and goes on late', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    tab.app.after(10, 'late')
    tab.freeze()
    await browser.advance(1000)
    expect(tab.app.log).toEqual([])
    tab.thaw()
    await browser.settle()
    expect(tab.app.log).toEqual(['resumed', 'late 1000 1000'])
  })

  it('has wall clocks that jump', async () => {
    const browser = createBrowser()
    const { app } = open(browser)
    browser.setWallClock(-5000)
    app.after(10, 'then')
    await browser.advance(10)
    expect(app.log).toEqual(['then -4990 10'])
  })

  it('goes on until something settles, and says when nothing does', async () => {
    const browser = createBrowser()
    const { environment } = open(browser)
    const waited = new Promise<string>((resolve) => void environment.timer.after(5000, () => resolve('there')))
    expect(await browser.until(waited)).toBe('there')
    expect(browser.now()).toBe(1_767_225_605_000)
    await expect(browser.until(new Promise(() => {}))).rejects.toThrow('Nothing settled it')
  })

  it('hands over what a page throws, once, and goes on', async () => {
    const browser = createBrowser()
    const { app, environment } = open(browser)
    environment.timer.after(10, () => {
      throw new Error('a bug')
    })
    app.after(20, 'after')
    await expect(browser.advance(30)).rejects.toThrow('a bug')
    await browser.advance(30)
    expect(app.log.length).toBe(1)
  })

  it('does not hang on a timer that arms itself without a delay', async () => {
    const browser = createBrowser()
    const { environment } = open(browser)
    const again = (): void => void environment.timer.after(0, again)
    again()
    await expect(browser.settle()).rejects.toThrow('tasks in one moment')
  })
})
