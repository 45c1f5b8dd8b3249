import { describe, expect, it } from 'vitest'
import { createBrowser, type Browser } from './createBrowser.ts'
import type { Tab } from './tab.ts'

interface App {
  readonly heard: unknown[]
  readonly post: (message: unknown) => void
  readonly leave: () => void
}

const open = (browser: Browser): Tab<App> =>
  browser.openTab(({ channels }) => {
    const heard: unknown[] = []
    return { heard, ...channels.join('c', (message) => heard.push(message)) }
  })

async function say(browser: Browser, tab: Tab<App>, count = 1): Promise<void> {
  for (let number = 1; number <= count; number++) tab.app.post(number)
  await browser.settle()
}

describe('channels', () => {
  it('bring copies to all others', async () => {
    const browser = createBrowser()
    const [one, two, three] = [open(browser), open(browser), open(browser)]
    const message = { to: ['all'] }
    one.app.post(message)
    message.to.push('later')
    await browser.settle()
    expect([one, two, three].map(({ app }) => app.heard)).toEqual([[], [{ to: ['all'] }], [{ to: ['all'] }]])
    expect(() => one.app.post(() => {})).toThrow('could not be cloned')
  })

  it('bring nothing to one that left, and late to one that is frozen', async () => {
    const browser = createBrowser()
    const [one, frozen, left] = [open(browser), open(browser), open(browser)]
    frozen.freeze()
    left.app.leave()
    await say(browser, one, 2)
    expect([frozen.app.heard, left.app.heard, left.holdings().channels]).toEqual([[], [], []])
    frozen.thaw()
    await browser.settle()
    expect(frozen.app.heard).toEqual([1, 2])
  })

  it('lose what is said while a page lies in the back/forward cache', async () => {
    const browser = createBrowser()
    const [one, cached] = [open(browser), open(browser)]
    cached.leave()
    await say(browser, one)
    cached.comeBack()
    await browser.settle()
    expect(cached.app.heard).toEqual([])
    await say(browser, one)
    expect(cached.app.heard).toEqual([1])
  })

  it('lose what was on its way when the page went there, and what is said there though it comes back before that is heard', async () => {
    const browser = createBrowser()
    const [one, cached] = [open(browser), open(browser)]
    one.app.post('before')
    cached.leave()
    await browser.settle()
    one.app.post('meanwhile')
    cached.comeBack()
    await browser.settle()
    expect(cached.app.heard).toEqual([])
  })

  it('can lose, double and mix up, the same way for the same seed', async () => {
    const run = async (seed: number): Promise<unknown> => {
      const browser = createBrowser({ seed })
      const [one, other] = [open(browser), open(browser)]
      browser.inflict({ messageLoss: 0.3, messageDuplication: 0.3, messageReordering: 0.5 })
      await say(browser, one, 20)
      await browser.advance(50)
      return other.app.heard
    }
    const heard = await run(3)
    expect(heard).toEqual(await run(3))
    expect(heard).not.toEqual(await run(4))
    expect(heard).not.toEqual([...new Set(heard as number[])].sort((a, b) => a - b))
  })

  it('can be missing', () => {
    const browser = createBrowser()
    browser.inflict({ withoutChannels: true })
    expect(() => open(browser)).toThrow('no channels')
  })

  it('hear what a test says, as anybody could say it', async () => {
    const browser = createBrowser()
    const tab = open(browser)
    browser.post('c', 'junk')
    await browser.settle()
    expect(tab.app.heard).toEqual(['junk'])
    expect(browser.texts()).toContain('junk')
  })
})
