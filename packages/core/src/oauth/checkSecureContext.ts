import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'

/** @throws AuthError `insecure_context`: PKCE needs Web Crypto, and there is none. */
export function checkSecureContext({ isSecureContext }: MethodContext): void {
  if (!isSecureContext()) throw new AuthError('insecure_context', 'PKCE needs crypto.subtle: use https or localhost.')
}
