import { describe, expect, it } from 'vitest'
import { createBrowser, type Browser } from './createBrowser.ts'

const open = (browser: Browser) => browser.openTab(({ database }) => database)

describe('the database', () => {
  it('is shared, and gives copies', async () => {
    const browser = createBrowser()
    const [one, other] = [open(browser), open(browser)]
    const record = { count: 1, bytes: new Uint8Array([1, 2]) }
    expect(await one.app.update('k', () => record)).toEqual(record)
    record.count = 9
    expect(await other.app.read('k')).toEqual({ count: 1, bytes: new Uint8Array([1, 2]) })
    expect(await other.app.read('none')).toBeUndefined()
  })

  it('lets nobody come between reading and writing', async () => {
    const browser = createBrowser({ latencies: { databaseMs: 5 } })
    const tabs = [open(browser), open(browser), open(browser)]
    const add = (stored: unknown): number => (typeof stored === 'number' ? stored : 0) + 1
    await browser.until(Promise.all(tabs.flatMap(({ app }) => [app.update('k', add), app.update('k', add)])))
    expect(browser.records.get('k')).toBe(6)
  })

  it('keeps a record that a change gives back, and nothing of a change that throws', async () => {
    const browser = createBrowser()
    const { app } = open(browser)
    browser.records.set('k', { a: 1 })
    const before = browser.records.get('k')
    await app.update('k', (stored) => stored)
    await expect(app.update('k', () => {
      throw new Error('no')
    })).rejects.toThrow('no')
    expect(browser.records.get('k')).toBe(before)
  })

  it('sweeps', async () => {
    const browser = createBrowser()
    const { app } = open(browser)
    browser.records.set('old', 1).set('new', 2)
    await app.sweep((record) => record === 1)
    expect([...browser.records.keys()]).toEqual(['new'])
  })

  it('has written when the page crashes before it hears of it', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    browser.onStep(({ name, phase }) => name === 'database.committed' && phase === 'after' && tab.crash())
    let isSettled = false
    void tab.app.update('k', () => 1).then(() => (isSettled = true))
    await browser.settle()
    expect([browser.records.get('k'), isSettled]).toEqual([1, false])
  })

  it('has not when it crashes just before', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    browser.onStep(({ name, phase }) => name === 'database.committed' && phase === 'before' && tab.crash())
    void tab.app.update('k', () => 1)
    await browser.settle()
    expect(browser.records.has('k')).toBe(false)
  })

  it('can be missing, and can hang', async () => {
    const browser = createBrowser()
    const { app } = open(browser)
    browser.inflict({ withoutDatabase: true })
    await expect(app.read('k')).rejects.toThrow('no database')
    browser.inflict({ withoutDatabase: false, databaseHangs: true })
    await expect(browser.until(app.read('k'))).rejects.toThrow('Nothing settled it')
  })
})
