import type { Finding } from '../session/finding.ts'
import type { Reached } from './reach.ts'

/** Puts into words why a server could not be reached from this page. */
export function obstacle(url: string, reached: Exclude<Reached, { readonly type: 'answered' }>, pageOrigin: string): Finding {
  const { origin, pathname } = new URL(url)
  // Without its query, which may hold a key.
  const address = origin + pathname
  switch (reached.type) {
    case 'offline':
      return { code: 'offline', severity: 'warning', message: 'The browser is offline: no server could be asked.', cure: 'Look again when the network is back.' }
    case 'csp_blocked':
      return {
        code: 'csp_blocked',
        severity: 'error',
        message: `The page's Content-Security-Policy lets no request out to ${origin}: ${reached.directive} does not name it.`,
        cure: `Add ${origin} to connect-src. Where a page has several policies, in headers and in <meta> elements, each has to.`,
      }
    case 'cors_blocked':
      return {
        code: 'cors_blocked',
        severity: 'error',
        message: `${address} answers, but without the CORS headers that this page needs to read what it says.`,
        cure: `Have that server allow the origin ${pageOrigin} (Access-Control-Allow-Origin). A provider does once it knows the app as a single-page app of that origin.`,
      }
    case 'redirected':
      return {
        code: 'redirected',
        severity: 'error',
        message: `${address} answers with a redirect, which is refused.`,
        cure: 'Configure the address that it leads to: often https for http, or a slash at the end.',
      }
    case 'unreachable':
      return {
        code: 'unreachable',
        severity: 'error',
        message: `Nothing answers at ${address}: the server is down, its name or its certificate is wrong, or an extension or a firewall is in between.`,
        cure: 'Open that address in a tab of its own: the browser says there what is wrong. If it opens, try without extensions.',
      }
  }
}
