/** Reads a date of HTTP (RFC 9110 §5.6.7) as epoch milliseconds; `null` for anything else. */
export function parseHttpDate(text: string): number | null {
  if (!/^[A-Z][a-z]{2}, .{5,40} GMT$/.test(text)) return null
  // oxlint-disable-next-line no-restricted-globals -- reads text, no clock
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at
}
