import { createAuth, type Environment } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { describe, expect, it, vi } from 'vitest'
import { answers, createBrowser, createTokenEndpoint, type Step } from '../index.ts'

const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })
const ada = { email: 'ada@example.com', password: 'secret' }

function load(environment: Environment) {
  return createAuth({ method, storage: 'session' }, environment)
}

describe('a tab with an auth', () => {
  it('signs in by itself, as nothing there needs a timer', async () => {
    const endpoint = createTokenEndpoint()
    const browser = createBrowser({ network: endpoint.answer })
    const tab = browser.openTab(load)
    await tab.app.login(ada)
    expect(tab.app.store.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'ada@example.com' } })
    const response = await tab.app.fetch('/api/orders')
    expect(await response.json()).toEqual({ subject: 'ada@example.com', path: '/api/orders' })
  })

  it('refreshes ahead of expiry in virtual time', async () => {
    const endpoint = createTokenEndpoint()
    const browser = createBrowser({ network: endpoint.answer })
    const tab = browser.openTab(load)
    await tab.app.login(ada)
    const stop = tab.app.start()
    await browser.advance(54 * 60_000)
    expect(endpoint.count('refresh')).toBe(0)
    await browser.advance(2 * 60_000)
    expect(endpoint.count('refresh')).toBe(1)
    stop()
    expect(endpoint.reuses()).toBe(0)
  })

  it('is signed in after a reload and not after it was closed', async () => {
    const endpoint = createTokenEndpoint()
    const browser = createBrowser({ network: endpoint.answer })
    const tab = browser.openTab(load)
    await tab.app.login(ada)
    const before = tab.app
    tab.reload()
    expect(tab.app).not.toBe(before)
    expect(await tab.app.ready).toMatchObject({ status: 'authenticated' })
    tab.close()
    tab.reload()
    expect(await tab.app.ready).toMatchObject({ status: 'unauthenticated' })
  })

  it('works under fake timers', async () => {
    vi.useFakeTimers()
    try {
      const browser = createBrowser({ network: createTokenEndpoint().answer })
      const tab = browser.openTab(load)
      await tab.app.login(ada)
      await browser.advance(3_600_000)
      expect(tab.app.store.getState().status).toBe('authenticated')
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('has the same steps in each run', async () => {
    const run = async (): Promise<Step[]> => {
      const steps: Step[] = []
      const endpoint = createTokenEndpoint()
      const browser = createBrowser({ network: endpoint.answer, seed: 7, latencies: { networkMs: 20 } })
      browser.onStep((step) => steps.push(step))
      const tab = browser.openTab(load)
      await browser.until(tab.app.login(ada))
      const other = tab.duplicate()
      endpoint.script('refresh', answers.slow(100))
      await Promise.all([browser.until(tab.app.tokens.refresh()), browser.until(other.app.ready)])
      await browser.advance(1000)
      return steps
    }
    const [one, other] = [await run(), await run()]
    expect(one.length).toBeGreaterThan(20)
    expect(one).toEqual(other)
  })
})
