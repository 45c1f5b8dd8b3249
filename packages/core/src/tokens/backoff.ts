const firstMs = 2_000
const longestMs = 60_000
const shortestMs = 500

/**
 * How long to wait after the given number of failures in a row: full jitter over a window that doubles
 * from 2 s up to a minute. Never under half a second, and under 2 s only once: the answer may have been lost,
 * and a refresh token that is spent be sent again (RFC 9700 §4.14.2).
 *
 * @param fraction From 0 up to 1.
 */
export function backoffMs(failures: number, fraction: number): number {
  const windowMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10))
  return Math.max(failures === 1 ? shortestMs : firstMs, fraction * windowMs)
}
