import { checkSecureUrl, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'

/** Decides who may receive credentials. */
export interface Destinations {
  /** @throws AuthError `destination_not_allowed` unless credentials may go to this URL. */
  readonly check: (url: URL) => void
}

/** A slash or a back-slash hidden in an escape can turn into `../` on a server that decodes before it routes. */
const hiddenTraversal = /(^|[/\\])\.\.([/\\]|$)/

/**
 * Allows the given destinations, each an origin (`https://api.example`) or an origin with a path prefix
 * (`https://api.example/v1/`), compared on parsed URLs: scheme, host and port exactly, paths by whole segments.
 * Without any, this page's own origin alone.
 *
 * @param pageUrl The page's address at the time of the check; `null` where there is none.
 * @throws AuthError `invalid_config` naming the entry.
 */
export function createDestinations(api: string | readonly string[] | undefined, pageUrl: () => string | null): Destinations {
  const list = api === undefined || typeof api === 'string' ? [api].filter((item) => item !== undefined) : api
  if (!Array.isArray(list)) throw configError('api', 'expected a URL or a list of URLs.')
  if (api !== undefined && list.length === 0) throw configError('api', 'the list is empty: no request could ever be sent.')
  const allowed = list.map((item: string, index) => {
    const option = typeof api === 'string' ? 'api' : `api[${index}]`
    const url = checkSecureUrl(item, option)
    if (url.search !== '') throw configError(option, 'a destination has no query.')
    return url
  })
  return {
    check(url) {
      const page = pageUrl()
      const isAllowed = api === undefined ? page !== null && new URL(page).origin === url.origin : allowed.some((entry) => covers(entry, url))
      if (isAllowed && url.username === '' && url.password === '') return
      throw new AuthError(
        'destination_not_allowed',
        `Credentials may not go to ${url.origin}${url.pathname}: add it to the option "api" if they should, or use fetch() without them.`,
        { option: 'api' },
      )
    },
  }
}

function covers(entry: URL, url: URL): boolean {
  if (entry.protocol !== url.protocol || entry.host !== url.host) return false
  const prefix = entry.pathname.endsWith('/') ? entry.pathname : `${entry.pathname}/`
  if (prefix === '/') return true
  const path = url.pathname.replace(/%2f|%5c/gi, '/').replace(/%2e/gi, '.')
  return (url.pathname === entry.pathname || url.pathname.startsWith(prefix)) && !hiddenTraversal.test(path)
}
