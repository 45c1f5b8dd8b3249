const shortestMs = 1_000
const longestMs = 300_000

/**
 * Reads a `Retry-After` header, seconds or HTTP date (RFC 9110 §10.2.3), as milliseconds from `nowAt`,
 * clamped to 1 s … 5 min. `undefined` when absent or unreadable.
 */
export function retryAfterMs(header: string | null, nowAt: number): number | undefined {
  if (header === null) return undefined
  const text = header.trim()
  const isDate = /^[A-Z][a-z]{2}, .{5,40} GMT$/.test(text)
  // oxlint-disable-next-line no-restricted-globals -- reads text, no clock
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : isDate ? Date.parse(text) - nowAt : NaN
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, shortestMs), longestMs)
}
