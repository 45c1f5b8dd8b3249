import { createAuth, type Finding } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'

declare global {
  interface Window {
    readonly diagnose: () => Promise<readonly Finding[]>
    /** The code of why nobody can sign in; empty: the page is leaving. */
    readonly tryLogin: () => Promise<string>
  }
}

const parameters = new URLSearchParams(location.search)
const auth = createAuth({
  method: authorizationCode({ issuer: parameters.get('issuer') ?? '', clientId: 'web' }),
  storage: 'session',
  requestTimeoutMs: 3_000,
  allowFraming: parameters.has('allowFraming'),
})
auth.start()

Object.assign(window, {
  diagnose: auth.diagnose,
  tryLogin: () => auth.login().then(
    () => '',
    (error: { readonly code: string }) => error.code,
  ),
})
document.documentElement.setAttribute('data-ready', '')
