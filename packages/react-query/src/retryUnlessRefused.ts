import { environmentManager } from '@tanstack/react-query'
import { isAuthError } from '@tessera-auth/core'

const refused = new WeakSet()

/**
 * Whether a query is tried again: three times, as TanStack Query does, but never when the server refused who asks (401, 403) nor when the
 * sign-in itself failed for good. The status is that of the error, of its `response`, or of an error that came of {@link noteRefusal}.
 * For queries: a mutation that is tried again may be done twice.
 *
 * @example
 * new QueryClient({ defaultOptions: { queries: { retry: retryUnlessRefused } } })
 */
export function retryUnlessRefused(failureCount: number, error: unknown): boolean {
  return failureCount < (environmentManager.isServer() ? 0 : 3) && !isRefusal(error)
}

/** Remembers that this error came of a refusal, whatever it says. */
export function noteRefusal(error: unknown): void {
  if (typeof error === 'object' && error !== null) refused.add(error)
}

export function isRefusalStatus(status: unknown): boolean {
  return status === 401 || status === 403
}

/** Whether it says that the server refused who asks, or that the sign-in failed for good. */
export function isRefusal(error: unknown): boolean {
  if (isAuthError(error)) return !error.retryable
  if (typeof error !== 'object' || error === null) return false
  return refused.has(error) || isRefusalStatus(statusOf(error)) || ('response' in error && isRefusalStatus(statusOf(error.response)))
}

function statusOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'status' in value ? value.status : undefined
}
