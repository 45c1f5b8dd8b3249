import type { Sealing } from '../src/browser/sealing.ts'

/** Sealing without Web Crypto, whose answers fake time cannot wait for. Anybody could open it; only the right key does. */
export const quickSealing: Sealing = {
  seal: async (text, key, context = '') => new TextEncoder().encode(JSON.stringify({ key, context, text })),
  async unseal(sealed, key, context = '') {
    const content = JSON.parse(new TextDecoder().decode(sealed)) as Readonly<Record<'key' | 'context' | 'text', string>>
    if (content.key !== key || content.context !== context) throw new Error('This is not its key.')
    return content.text
  },
  async agree() {
    const publicKey = crypto.getRandomValues(new Uint8Array(8))
    return { publicKey, keyWith: async (other) => [publicKey, other].map(String).sort().join('+') }
  },
}
