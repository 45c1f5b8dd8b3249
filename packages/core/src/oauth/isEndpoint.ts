import { checkSecureUrl } from '../checkOptions.ts'

/** Whether a provider's metadata may name this as an endpoint: as one that is configured, and http only where the issuer itself is on this machine. */
export function isEndpoint(value: unknown, issuer: string): value is string {
  try {
    const { protocol } = checkSecureUrl(value, 'endpoints')
    return protocol === 'https:' || new URL(issuer).protocol === protocol
  } catch {
    return false
  }
}
