import { afterEach, describe, expect, test, vi } from 'vitest'
import { base64url, webCrypto } from './crypto.ts'
import { webSealing } from './sealing.ts'

const isWebKit = /AppleWebKit\/(?!.*Chrome)/.test(navigator.userAgent)

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('seal and unseal', () => {
  const key = webCrypto.random()

  test.each([
    ['text', 'text'],
    ['no text', ''],
    ['text beyond ASCII', 'ä\u0000😀\u{10FFFF} 漢字'],
    ['a megabyte', 'x€'.repeat(2 ** 18)],
  ])('INV-22 whoever has the key reads %s, which is nowhere in what is sealed', async (_, text) => {
    const sealed = await webSealing.seal(text, key)
    expect(sealed).toBeInstanceOf(Uint8Array)
    // An initialization vector before, a tag behind.
    expect(sealed).toHaveLength(12 + new TextEncoder().encode(text).length + 16)
    expect(await webSealing.unseal(sealed, key)).toBe(text)
    if (text !== '') expect(new TextDecoder().decode(sealed)).not.toContain(text)
  })

  test('works with any key that random() may give', async () => {
    vi.spyOn(crypto, 'getRandomValues').mockReturnValueOnce(new Uint8Array(32).fill(0xfb))
    const [extreme, other] = [webCrypto.random(), webCrypto.random()]
    expect(extreme).toContain('-_')
    for (const any of [extreme, other]) expect(await webSealing.unseal(await webSealing.seal('text', any), any)).toBe('text')
  })

  test('no two sealed texts have a vector or anything else in common', async () => {
    const [one, two] = [await webSealing.seal('text', key), await webSealing.seal('text', key)]
    expect(one.slice(0, 12)).not.toEqual(two.slice(0, 12))
    expect(one.slice(12)).not.toEqual(two.slice(12))
  })

  test('another key opens nothing', async () => {
    const sealed = await webSealing.seal('text', key)
    await expect(webSealing.unseal(sealed, webCrypto.random())).rejects.toMatchObject({ name: 'OperationError' })
    const placed = await webSealing.seal('text', key, '5 1')
    expect(await webSealing.unseal(placed, key, '5 1')).toBe('text')
    for (const context of ['6 1', '', undefined]) await expect(webSealing.unseal(placed, key, context)).rejects.toMatchObject({ name: 'OperationError' })
  })

  test('altered anywhere, or cut anywhere, it does not open', async () => {
    const sealed = await webSealing.seal('text', key)
    for (const index of sealed.keys()) {
      const altered = sealed.map((byte, at) => (at === index ? byte ^ 1 : byte))
      await expect(webSealing.unseal(altered, key)).rejects.toThrow(/.?/)
      await expect(webSealing.unseal(sealed.slice(0, index), key)).rejects.toThrow(/.?/)
    }
    await expect(webSealing.unseal(Uint8Array.of(...sealed, 0), key)).rejects.toThrow(/.?/)
    expect(await webSealing.unseal(sealed, key)).toBe('text')
  })

  test.each(['', 'A'.repeat(42), 'A'.repeat(44), '*'.repeat(43)])('what is no key of 256 bits is refused: %j', async (none) => {
    await expect(webSealing.seal('text', none)).rejects.toThrow(/.?/)
    await expect(webSealing.unseal(new Uint8Array(40), none)).rejects.toThrow(/.?/)
  })

  test('the key cannot be taken out of the browser again', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey')
    await webSealing.unseal(await webSealing.seal('text', key), key)
    const keys = await Promise.all(importKey.mock.results.map(({ value }) => value as Promise<CryptoKey>))
    expect(keys.map(({ extractable }) => extractable)).toEqual([false, false])
  })

  test('rejects without crypto.subtle', async () => {
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes })
    await expect(webSealing.seal('text', key)).rejects.toThrow(TypeError)
    await expect(webSealing.unseal(new Uint8Array(40), key)).rejects.toThrow(TypeError)
    await expect(webSealing.agree()).rejects.toThrow(TypeError)
  })
})

describe('agree', () => {
  test('two that hear each other’s public key have one key, which seals, and a third has another', async () => {
    const [one, two, third] = [await webSealing.agree(), await webSealing.agree(), await webSealing.agree()]
    const key = await one.keyWith(two.publicKey)
    expect(key).toMatch(/^[\w-]{43}$/)
    expect(await two.keyWith(one.publicKey)).toBe(key)
    expect(await third.keyWith(one.publicKey)).not.toBe(key)
    expect(await third.keyWith(two.publicKey)).not.toBe(key)
    expect(await webSealing.unseal(await webSealing.seal('text', key), await two.keyWith(one.publicKey))).toBe('text')
  })

  test('the key is no part of what others hear, nor its plain secret', async () => {
    const deriveBits = vi.spyOn(crypto.subtle, 'deriveBits')
    const [one, two] = [await webSealing.agree(), await webSealing.agree()]
    const key = await one.keyWith(two.publicKey)
    expect(one.publicKey).toHaveLength(65)
    expect(one.publicKey).not.toEqual(two.publicKey)
    const secret = (await deriveBits.mock.results[0]?.value) as ArrayBuffer
    expect(key).not.toBe(base64url(new Uint8Array(secret)))
  })

  test.each([
    ['nothing', () => new Uint8Array()],
    ['too short', (own: Uint8Array) => own.slice(0, 64)],
    ['the point at infinity', () => new Uint8Array(1)],
    ['zeros', () => new Uint8Array(65)],
  ])('a public key that is none is refused: %s', async (_, spoil) => {
    const { publicKey, keyWith } = await webSealing.agree()
    await expect(keyWith(spoil(publicKey))).rejects.toThrow(/.?/)
  })

  test('a point beside the curve gives no key; in WebKitGTK, which does not look, one that nobody else has', async () => {
    const [one, two] = [await webSealing.agree(), await webSealing.agree()]
    const beside = two.publicKey.map((byte, at) => (at === 64 ? byte ^ 1 : byte))
    const key = await one.keyWith(beside).catch(() => null)
    if (isWebKit) expect(key).not.toBe(await one.keyWith(two.publicKey))
    else expect(key).toBeNull()
  })

  test('the private key cannot be taken out of the browser', async () => {
    const generateKey = vi.spyOn(crypto.subtle, 'generateKey')
    await webSealing.agree()
    expect(await generateKey.mock.results[0]?.value).toMatchObject({ privateKey: { extractable: false } })
  })
})
