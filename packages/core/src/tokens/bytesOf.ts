/** The bytes that a message or a database brought; `null` for anything else. Also where they are of another realm, as in jsdom. */
export function bytesOf(value: unknown): Uint8Array | null {
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null
}
