import type { Agreement, Sealing } from '@tessera-auth/core'
import type { Machine } from './machine.ts'
import { createRandom, type Random } from './random.ts'
import type { Visit } from './visit.ts'

/**
 * Looks like cryptography, and is fast: what is sealed cannot be found by looking for it, and opens with its key alone. It protects
 * nothing.
 */
export function fakeSealing({ random, steps }: Machine, visit: Visit): Sealing {
  return {
    seal: (text, key, context = '') => steps.take({ visit, name: 'sealing.seal', detail: '' }, async () => seal(text, key + context, random.word())) ?? never(),
    unseal: (sealed, key, context = '') => steps.take({ visit, name: 'sealing.unseal', detail: '' }, async () => unseal(sealed, key + context)) ?? never(),
    agree: () => steps.take({ visit, name: 'sealing.agree', detail: '' }, async () => agreement(random)) ?? never(),
  }
}

/** What a page that is gone hears of. */
function never(): Promise<never> {
  return new Promise(() => {})
}

/** The nonce, a checksum of key and text, and the text under a stream of both. */
function seal(text: string, key: string, nonce: number): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  const sealed = new Uint8Array(8 + bytes.length)
  const view = new DataView(sealed.buffer)
  view.setUint32(0, nonce)
  view.setUint32(4, checksum(bytes, key))
  sealed.set(mask(bytes, key, nonce), 8)
  return sealed
}

function unseal(sealed: Uint8Array, key: string): string {
  if (sealed.length < 8) throw new DOMException('That was not sealed.', 'OperationError')
  const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const bytes = mask(sealed.subarray(8), key, view.getUint32(0))
  if (checksum(bytes, key) !== view.getUint32(4)) throw new DOMException('That was not sealed with this key.', 'OperationError')
  return new TextDecoder().decode(bytes)
}

function mask(bytes: Uint8Array, key: string, nonce: number): Uint8Array {
  const stream = createRandom(checksum(new Uint8Array(0), key) ^ nonce)
  const masked = new Uint8Array(bytes.length)
  for (let at = 0, word = 0; at < bytes.length; at++, word >>>= 8) {
    if (at % 4 === 0) word = stream.word()
    masked[at] = (bytes[at] ?? 0) ^ (word & 0xff)
  }
  return masked
}

/** FNV-1a. */
function checksum(bytes: Uint8Array, key: string): number {
  let hash = 0x811c9dc5
  const add = (byte: number): void => void (hash = Math.imul(hash ^ byte, 0x01000193))
  for (let at = 0; at < key.length; at++) add(key.charCodeAt(at))
  for (const byte of bytes) add(byte)
  return hash >>> 0
}

const [prime, base] = [2_147_483_647n, 7n]

/** Diffie and Hellman's, in numbers too small to keep a secret. */
function agreement(random: Random): Agreement {
  const own = BigInt(random.word() | 1)
  const publicKey = new Uint8Array(4)
  new DataView(publicKey.buffer).setUint32(0, Number(power(base, own)))
  return {
    publicKey,
    async keyWith(other) {
      const value = other.length === 4 ? new DataView(other.buffer, other.byteOffset, 4).getUint32(0) : 0
      if (value < 2 || value >= prime) throw new DOMException('That is no public key.', 'DataError')
      return createRandom(Number(power(BigInt(value), own))).text()
    },
  }
}

function power(of: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, of]
  for (let left = exponent < 0n ? -exponent : exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % prime
    square = (square * square) % prime
  }
  return result
}
