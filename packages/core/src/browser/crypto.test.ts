import { afterEach, describe, expect, test, vi } from 'vitest'
import { webCrypto } from './crypto.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('webCrypto', () => {
  test('random() gives 43 characters of base64url, never the same twice', () => {
    const values = Array.from({ length: 1_000 }, () => webCrypto.random())
    for (const value of values) expect(value).toMatch(/^[\w-]{43}$/)
    expect(new Set(values)).toHaveLength(1_000)
  })

  test('random() encodes all 256 bits as RFC 4648 §5 has it', () => {
    const fill = (byte: (index: number) => number): string => {
      const bytes = Uint8Array.from({ length: 32 }, (_, index) => byte(index))
      vi.spyOn(crypto, 'getRandomValues').mockReturnValue(bytes)
      return webCrypto.random()
    }
    expect(fill(() => 0)).toBe('A'.repeat(43))
    expect(fill(() => 255)).toBe(`${'_'.repeat(42)}8`)
    expect(fill(() => 0xfb)).toBe('-_v7'.repeat(11).slice(0, 42) + 's')
    expect(fill((index) => index)).toBe('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8')
  })

  test('fraction() gives numbers from 0 up to 1', () => {
    const values = Array.from({ length: 1_000 }, () => webCrypto.fraction())
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(new Set(values).size).toBeGreaterThan(900)
  })

  test.each([
    ['here', undefined, true],
    ['on http off localhost, where subtle is missing', { crypto: { getRandomValues: () => {} } }, false],
    ['where there is no Web Crypto', { crypto: undefined }, false],
  ])('isSecureContext() asks for crypto.subtle: %s', (_, globals, expected) => {
    for (const [name, value] of Object.entries(globals ?? {})) vi.stubGlobal(name, value)
    expect(webCrypto.isSecureContext()).toBe(expected)
  })
})
