import { parseHttpDate } from './httpDate.ts'

const shortestMs = 1_000
const longestMs = 300_000

/**
 * Reads a `Retry-After` header, seconds or HTTP date (RFC 9110 §10.2.3), as milliseconds from `nowAt`,
 * clamped to 1 s … 5 min. `undefined` when absent or unreadable.
 */
export function retryAfterMs(header: string | null, nowAt: number): number | undefined {
  if (header === null) return undefined
  const text = header.trim()
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : (parseHttpDate(text) ?? NaN) - nowAt
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, shortestMs), longestMs)
}
