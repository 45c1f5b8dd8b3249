import { describe, expect, it } from 'vitest'
import { createBrowser, type Browser, type BrowserOptions } from './createBrowser.ts'
import type { Tab } from './tab.ts'

interface App {
  readonly got: string[]
  readonly get: (init?: RequestInit) => Promise<Response>
}

function world(options: BrowserOptions = {}): { readonly browser: Browser; readonly tab: Tab<App>; readonly served: string[] } {
  const served: string[] = []
  const network = (request: Request): Response => {
    served.push(new URL(request.url).pathname)
    return new Response('yes')
  }
  const browser = createBrowser({ network, latencies: { networkMs: 10 }, ...options })
  const tab = browser.openTab<App>((environment) => {
    const got: string[] = []
    return {
      got,
      get(init) {
        const fetched = environment.network.fetch(new Request('https://api.example/a', init))
        fetched.then(async (response) => got.push(await response.text()), (error: Error) => got.push(error.message))
        return fetched
      },
    }
  })
  return { browser, tab, served }
}

const ignore = (promise: Promise<unknown>): void => void promise.catch(() => {})

describe('the network', () => {
  it('takes as long there as back', async () => {
    const { browser, tab, served } = world()
    ignore(tab.app.get())
    await browser.advance(9)
    expect(served).toEqual([])
    await browser.advance(1)
    expect([served, tab.app.got, browser.requests()]).toEqual([['/a'], [], [{ tab: 1, url: 'https://api.example/a' }]])
    await browser.advance(10)
    expect([tab.app.got, tab.holdings().requests]).toEqual([['yes'], []])
  })

  it('serves a page that crashed, and never answers it', async () => {
    const { browser, tab, served } = world()
    const { got } = tab.app
    ignore(tab.app.get())
    tab.reload()
    await browser.advance(100)
    expect([served, got, tab.app.got]).toEqual([['/a'], [], []])
  })

  it('answers a frozen page when it is thawed', async () => {
    const { browser, tab, served } = world()
    ignore(tab.app.get())
    tab.freeze()
    await browser.advance(100)
    expect([served, tab.app.got]).toEqual([['/a'], []])
    tab.thaw()
    await browser.settle()
    expect(tab.app.got).toEqual(['yes'])
  })

  it('fails offline, and what is under way with it', async () => {
    const { browser, tab, served } = world()
    ignore(tab.app.get())
    await browser.advance(15)
    browser.goOffline()
    expect(tab.environment.network.isOnline()).toBe(false)
    ignore(tab.app.get())
    await browser.advance(100)
    expect([served, tab.app.got]).toEqual([['/a'], ['Failed to fetch', 'Failed to fetch']])
    browser.goOnline()
    ignore(tab.app.get())
    await browser.advance(20)
    expect(tab.app.got.at(-1)).toBe('yes')
  })

  it('reset on the way there, never reached the server', async () => {
    const { browser, tab, served } = world()
    browser.onStep(({ name, phase }) => name === 'fetch.committed' && phase === 'before' && browser.resetConnections())
    ignore(tab.app.get())
    await browser.advance(100)
    expect([served, tab.app.got]).toEqual([[], ['Failed to fetch']])
  })

  it('reset on the way back, did', async () => {
    const { browser, tab, served } = world()
    browser.onStep(({ name, phase }) => name === 'fetch.committed' && phase === 'after' && browser.resetConnections())
    ignore(tab.app.get())
    await browser.advance(100)
    expect([served, tab.app.got]).toEqual([['/a'], ['Failed to fetch']])
  })

  it('reset while a frozen page has its answer still to come, fails when it is thawed', async () => {
    const { browser, tab, served } = world()
    ignore(tab.app.get())
    tab.freeze()
    await browser.advance(100)
    browser.resetConnections()
    tab.thaw()
    await browser.settle()
    expect([served, tab.app.got]).toEqual([['/a'], ['Failed to fetch']])
  })

  it('is aborted at once by the page, and served all the same', async () => {
    const { browser, tab, served } = world()
    const abort = new AbortController()
    ignore(tab.app.get({ signal: abort.signal }))
    await browser.advance(5)
    abort.abort(new Error('enough'))
    await browser.settle()
    expect(tab.app.got).toEqual(['enough'])
    await browser.advance(100)
    expect([served, tab.app.got]).toEqual([['/a'], ['enough']])
  })

  it('treats redirects as the request says', async () => {
    const network = (request: Request): Response =>
      request.url.endsWith('/a')
        ? new Response(null, { status: 307, headers: { location: 'https://elsewhere.example/b' } })
        : Response.json([...request.headers.keys()].filter((name) => name !== 'content-type'))
    const { browser, tab } = world({ network, latencies: {} })
    ignore(tab.app.get({ redirect: 'error' }))
    ignore(tab.app.get({ headers: { authorization: 'Bearer x', 'x-api-key': 'k' } }))
    await browser.settle()
    expect(tab.app.got).toEqual(['Failed to fetch', '["x-api-key"]'])
    expect((await tab.app.get({ redirect: 'manual' })).status).toBe(307)
  })

  it('fails without a server', async () => {
    const tab = createBrowser().openTab(({ network }) => network)
    await expect(tab.app.fetch(new Request('https://api.example/'))).rejects.toThrow(TypeError)
  })
})
