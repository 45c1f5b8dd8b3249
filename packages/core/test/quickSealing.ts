import type { Sealing } from '../src/browser/sealing.ts'

/** Sealing without Web Crypto, whose answers fake time cannot wait for. Anybody could open it; only the right key does. */
export const quickSealing: Sealing = {
  seal: async (text, key) => new TextEncoder().encode(JSON.stringify({ key, text })),
  async unseal(sealed, key) {
    const content = JSON.parse(new TextDecoder().decode(sealed)) as { readonly key: string; readonly text: string }
    if (content.key !== key) throw new Error('This is not its key.')
    return content.text
  },
  async agree() {
    const publicKey = crypto.getRandomValues(new Uint8Array(8))
    return { publicKey, keyWith: async (other) => [publicKey, other].map(String).sort().join('+') }
  },
}
