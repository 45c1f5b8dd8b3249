/** The SHA-2 hash of a text, of so many bits (FIPS 180-4). Needs `crypto.subtle`. */
export async function digest(text: string, bits: 256 | 384 | 512): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, new TextEncoder().encode(text)))
}
