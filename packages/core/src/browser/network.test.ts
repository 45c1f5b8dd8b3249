import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemNetwork } from './network.ts'

afterEach(() => vi.unstubAllGlobals())

describe('systemNetwork', () => {
  test('sends by fetch as it is at the call, so that instrumentation installed later is used', async () => {
    const response = new Response('ok')
    const fetch = vi.fn<(request: Request) => Promise<Response>>().mockResolvedValue(response)
    vi.stubGlobal('fetch', fetch)
    const request = new Request('https://api.example/')
    await expect(systemNetwork.fetch(request)).resolves.toBe(response)
    expect(fetch).toHaveBeenCalledExactlyOnceWith(request)
  })

  test.each([
    ['online', { onLine: true }, true],
    ['offline', { onLine: false }, false],
    ['an environment that does not say, such as Node', {}, true],
    ['an environment without a navigator', undefined, true],
  ])('RF-14 believes %s', (_, navigator, expected) => {
    vi.stubGlobal('navigator', navigator)
    expect(systemNetwork.isOnline()).toBe(expected)
  })
})
