import { describe, expect, it } from 'vitest'
import { createBrowser, type Browser } from './createBrowser.ts'
import type { Step } from './steps.ts'

const open = (browser: Browser) => browser.openTab((environment) => environment, { href: 'https://app.example/orders?page=2' })

describe('a tab', () => {
  it('keeps its sessionStorage over a reload and a crash, and loses it when it is closed', () => {
    const tab = open(createBrowser())
    const { app } = tab
    app.tabStorage.setItem('k', 'v')
    tab.reload()
    expect([tab.app === app, tab.app.tabStorage.getItem('k')]).toEqual([false, 'v'])
    tab.crash()
    expect([tab.isAlive, tab.state]).toEqual([false, 'gone'])
    tab.reload()
    expect(tab.app.tabStorage.keys()).toEqual(['k'])
    tab.close()
    expect(tab.sessionStorage.size).toBe(0)
  })

  it('once gone does nothing any more, whatever its page still runs', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    const { app } = tab
    const line = app.channels.join('c', () => {})
    tab.crash()
    const other = browser.openTab(({ channels }) => {
      const heard: unknown[] = []
      channels.join('c', (message) => heard.push(message))
      return heard
    })
    app.tabStorage.setItem('k', 'v')
    line.post('hello')
    app.timer.after(0, () => other.app.push('timer'))
    void app.locks.acquire('l', 10)
    void app.database.update('k', () => 1)
    void app.network.fetch(new Request('https://api.example/'))
    await browser.advance(1000)
    expect([other.app, tab.sessionStorage.size, browser.records.size, browser.lockHolders().size, browser.requests()]).toEqual([[], 0, 0, 0, []])
    expect(tab.holdings()).toEqual({ timers: 0, wakes: 0, channels: [], heldLocks: [], awaitedLocks: [], requests: [] })
  })

  it('is duplicated with a copy of its sessionStorage, at the same address', () => {
    const browser = createBrowser()
    const tab = open(browser)
    tab.app.tabStorage.setItem('k', 'v')
    const copy = tab.duplicate()
    copy.app.tabStorage.setItem('k', 'changed')
    expect([copy.id, copy.href, tab.app.tabStorage.getItem('k')]).toEqual([2, tab.href, 'v'])
    expect(browser.tabs.length).toBe(2)
  })

  it('has an address, and notes where scripts leave for', () => {
    const tab = open(createBrowser())
    tab.app.page.replace('/orders?page=3')
    tab.app.page.assign('https://id.example/authorize')
    expect([tab.app.page.href(), tab.departures]).toEqual(['https://app.example/orders?page=3', ['https://id.example/authorize']])
    tab.navigate('/callback?code=c')
    expect(tab.app.page.href()).toBe('https://app.example/callback?code=c')
  })

  it('wakes for each reason, while it runs', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    const heard: string[] = []
    const stop = tab.app.wake.subscribe((reason) => heard.push(reason))
    tab.hide()
    expect(tab.isVisible).toBe(false)
    tab.show()
    tab.leave()
    tab.wake('focus')
    tab.comeBack()
    tab.freeze()
    tab.thaw()
    browser.goOnline()
    await browser.settle()
    expect(heard).toEqual(['visible', 'restored', 'resumed', 'online'])
    stop()
    tab.show()
    await browser.settle()
    expect(heard.length).toBe(4)
  })

  it('has a storage that can be full or blocked', () => {
    const tab = open(createBrowser())
    const { tabStorage } = tab.app
    tabStorage.setItem('k', 'v')
    tab.setStorage('full')
    expect(() => tabStorage.setItem('k', 'w')).toThrow('quota')
    expect(tabStorage.getItem('k')).toBe('v')
    tab.setStorage('blocked')
    expect(() => tabStorage.setItem('k', 'w')).toThrow('blocked')
    tabStorage.removeItem('k')
    expect([tabStorage.getItem('k'), tabStorage.keys(), tab.sessionStorage.get('k')]).toEqual([null, [], 'v'])
  })

  it('can lose its data, or find junk there', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    tab.app.tabStorage.setItem('k', 'v')
    await tab.app.database.update('r', () => ({ a: 1 }))
    browser.corruptRecords('{')
    expect([tab.app.tabStorage.getItem('k'), await tab.app.database.read('r')]).toEqual(['{', '{'])
    browser.clearSiteData()
    expect([tab.app.tabStorage.keys(), browser.records.size]).toEqual([[], 0])
  })

  it('tells what can be read anywhere, in bytes as well', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    tab.app.tabStorage.setItem('a', 'in-storage')
    await tab.app.database.update('r', () => ({ bytes: new TextEncoder().encode('in-bytes') }))
    tab.app.channels.join('c', () => {}).post({ said: 'in-message' })
    const all = browser.texts().join()
    expect(['in-storage', 'in-bytes', 'in-message'].every((text) => all.includes(text))).toBe(true)
    tab.crash()
    expect(browser.texts().join()).not.toContain('in-storage')
  })

  it('takes steps, and what happens before one keeps it from happening', () => {
    const browser = createBrowser()
    const tab = open(browser)
    const steps: Step[] = []
    const stop = browser.onStep((step) => {
      steps.push(step)
      if (step.index === 2) tab.crash()
    })
    tab.app.tabStorage.setItem('a', '1')
    tab.app.tabStorage.setItem('b', '2')
    expect(steps.map(({ name, phase, detail, index }) => `${index} ${phase} ${name} ${detail}`)).toEqual([
      '0 before storage.set a',
      '1 after storage.set a',
      '2 before storage.set b',
    ])
    expect([...tab.sessionStorage.keys()]).toEqual(['a'])
    stop()
    tab.reload()
    tab.app.tabStorage.setItem('c', '3')
    expect(steps.length).toBe(3)
  })
})
