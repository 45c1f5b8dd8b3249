import { describe, expect, it } from 'vitest'
import { createBrowser } from './createBrowser.ts'

const open = (seed = 1) => createBrowser({ seed }).openTab((environment) => environment).app

describe('what looks like cryptography', () => {
  it('seals out of reach of a scan, and opens with the key alone', async () => {
    const { seal, unseal } = open().sealing
    const sealed = await seal('refresh-canary-1 ÄÖ€', 'key')
    expect(Buffer.from(sealed).toString('latin1')).not.toContain('canary')
    expect(await unseal(sealed, 'key')).toBe('refresh-canary-1 ÄÖ€')
    await expect(unseal(sealed, 'yek')).rejects.toThrow('this key')
    await expect(unseal(sealed, 'key', 'elsewhere')).rejects.toThrow('this key')
    expect(await unseal(await seal('text', 'key', 'here'), 'key', 'here')).toBe('text')
    await expect(unseal(sealed.map((byte, at) => (at === 9 ? byte ^ 1 : byte)), 'key')).rejects.toThrow('this key')
    await expect(unseal(new Uint8Array(3), 'key')).rejects.toThrow('not sealed')
  })

  it('agrees on a key', async () => {
    const { agree } = open().sealing
    const [one, other, third] = [await agree(), await agree(), await agree()]
    const key = await one.keyWith(other.publicKey)
    expect(key).toBe(await other.keyWith(one.publicKey))
    expect(key).toMatch(/^[\w-]{43}$/)
    expect(key).not.toBe(await third.keyWith(other.publicKey))
    await expect(one.keyWith(new Uint8Array(2))).rejects.toThrow('no public key')
  })

  it('is random by its seed', () => {
    const { random, fraction } = open().crypto
    const [text, next] = [random(), random()]
    expect(text).toMatch(/^[\w-]{43}$/)
    expect(Buffer.from(text, 'base64url').toString('base64url')).toBe(text)
    expect(next).not.toBe(text)
    expect(fraction()).toBeLessThan(1)
    expect([open(1).crypto.random(), open(2).crypto.random() === text]).toEqual([text, false])
  })
})
