/** Reads an instant as RFC 3339 writes it (`2025-02-22T10:00:00Z`) as epoch milliseconds; `null` for anything else. */
export function parseInstant(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value)) return null
  // oxlint-disable-next-line no-restricted-globals -- reads text, no clock
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : at
}
