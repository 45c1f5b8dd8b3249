import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { jwt } from '../../test/provider.ts'
import { checkTokenLifetime } from './checkTokenLifetime.ts'
import { tokenLifetimeMs, type TokenLifetime } from './tokenLifetime.ts'

const hourJwt = jwt({ iat: 1_000, exp: 4_600 })

describe('tokenLifetimeMs', () => {
  test.each<[TokenLifetime | undefined, string, number | undefined, number | undefined]>([
    [undefined, hourJwt, 60_000, 60_000],
    [undefined, hourJwt, undefined, 3_600_000],
    [undefined, 'opaque', undefined, undefined],
    [undefined, hourJwt, 0, 0],
    [undefined, hourJwt, 7_200_000, 3_600_000],
    [undefined, 'opaque', 7_200_000, 7_200_000],
    ['expires_in', hourJwt, 60_000, 60_000],
    ['expires_in', hourJwt, undefined, undefined],
    ['jwt', hourJwt, 60_000, 3_600_000],
    ['jwt', 'opaque', 60_000, undefined],
    ['permanent', hourJwt, 60_000, undefined],
    [{ expiresInMs: 5_000 }, hourJwt, 60_000, 5_000],
    [{ expiresInMs: 5_000 }, 'opaque', undefined, 5_000],
  ])('with %j, token %.10s… and expires_in of %s ms: %s ms', (lifetime, accessToken, expiresInMs, expected) => {
    expect(tokenLifetimeMs(lifetime, { accessToken, expiresInMs })).toBe(expected)
  })
})

describe('TR-15 a life of more than a month, as of an hour in milliseconds', () => {
  const day = 86_400_000
  const warnings = vi.fn()
  /** As a page load has it. */
  let lifetimeMs: typeof tokenLifetimeMs
  beforeEach(async () => {
    vi.resetModules()
    vi.spyOn(console, 'warn').mockImplementation(warnings.mockClear())
    lifetimeMs = (await import('./tokenLifetime.ts')).tokenLifetimeMs
  })
  afterEach(() => vi.restoreAllMocks())

  test('is warned of once on a page, and taken as it is', () => {
    for (let times = 0; times < 3; times++) expect(lifetimeMs(undefined, { accessToken: 'canary', expiresInMs: 3_600_000_000 })).toBe(3_600_000_000)
    expect(warnings.mock.calls).toEqual([[expect.stringMatching(/41 days.*milliseconds.*"lifetime"/)]])
    expect(JSON.stringify(warnings.mock.calls)).not.toContain('canary')
  })

  test.each<[string, TokenLifetime | undefined, number]>([
    ['a month', undefined, 30 * day],
    ['what the app takes for right', 'expires_in', 90 * day],
    ['what the app says itself', { expiresInMs: 90 * day }, 90 * day],
    ['what does not count', 'jwt', 90 * day],
    ['what does not run out', 'permanent', 90 * day],
  ])('is not %s', (_, lifetime, expiresInMs) => {
    lifetimeMs(lifetime, { accessToken: 'opaque', expiresInMs })
    expect(warnings).not.toHaveBeenCalled()
  })
})

describe('checkTokenLifetime', () => {
  test.each([undefined, 'expires_in', 'jwt', 'permanent', { expiresInMs: 1 }] as const)('takes %j', (lifetime) => {
    expect(() => checkTokenLifetime(lifetime)).not.toThrow()
  })

  test.each([null, '', 'forever', 3600, {}, { expiresInMs: 0 }, { expiresInMs: -1 }, { expiresInMs: NaN }, { expiresInMs: Infinity }, { expiresInMs: '60' }, { expiresInMs: Symbol('60') }])(
    'refuses %j by name',
    (lifetime) => {
      expect(() => checkTokenLifetime(lifetime as never)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'lifetime' }))
    },
  )
})
