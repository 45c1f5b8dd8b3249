import { baseOf, type Place } from '../browser/page.ts'
import { checkSecureUrl, configError, isSecureUrl } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'

/** Decides who may receive credentials. */
export interface Destinations {
  /** @throws AuthError `destination_not_allowed` unless credentials may go to this URL, which may be relative, as for `fetch`. */
  readonly check: (url: string | URL) => void
}

/**
 * `..` between slashes, in escapes of any depth, that a server which decodes before it routes may follow. Plain ones
 * are gone from a parsed URL. Some servers also drop what follows a `;`.
 */
const hiddenTraversal = /(?:\/|%(?:25)*(?:2f|5c))(?:\.|%(?:25)*2e){2}(?:$|[/;]|%(?:25)*(?:2f|3b|5c))/i

/**
 * Allows the given destinations, each an origin (`https://api.example`) or an origin with a path prefix
 * (`https://api.example/v1/`), compared on parsed URLs: scheme, host and port exactly, paths by whole segments.
 * Without any, this page's own origin alone, on https or on localhost.
 *
 * @param page Where it is at the time of the check.
 * @throws AuthError `invalid_config` naming the entry.
 */
export function createDestinations(
  api: string | readonly string[] | undefined,
  page: Place,
): Destinations {
  const allowed = api === undefined ? null : parse(api)
  return {
    check(address) {
      const url = new URL(address, baseOf(page))
      const isAllowed = allowed === null ? isOwn(url, page.href()) : allowed.some((entry) => covers(entry, url))
      if (isAllowed && url.username === '' && url.password === '') return
      throw new AuthError(
        'destination_not_allowed',
        `Credentials may not go to ${url.origin}${url.pathname}: add it to "api" if they should.`,
        { option: 'api' },
      )
    },
  }
}

function parse(api: string | readonly string[]): readonly URL[] {
  if (typeof api === 'string') return [checkDestination(api, 'api')]
  if (!Array.isArray(api)) throw configError('api', 'expected a URL or a list of URLs.')
  if (api.length === 0) throw configError('api', 'the list is empty: no request could ever be sent.')
  return api.map((item: string, index) => checkDestination(item, `api[${index}]`))
}

/** @throws AuthError `invalid_config` naming the option, unless it is an origin that may be trusted with credentials, perhaps with a path prefix. */
export function checkDestination(item: string, option: string): URL {
  const url = checkSecureUrl(item, option)
  if (url.search !== '') throw configError(option, 'a destination has no query.')
  return url
}

/** Secure too: a `blob:` URL reports the origin inside it, and all opaque origins read `null`. */
function isOwn(url: URL, page: string | null): boolean {
  return page !== null && new URL(page).origin === url.origin && isSecureUrl(url)
}

/** Whether a URL is of this destination: of its origin, and below its path. */
export function covers(entry: URL, url: URL): boolean {
  if (entry.protocol !== url.protocol || entry.host !== url.host) return false
  const prefix = entry.pathname.endsWith('/') ? entry.pathname : `${entry.pathname}/`
  if (prefix === '/') return true
  return (url.pathname === entry.pathname || url.pathname.startsWith(prefix)) && !hiddenTraversal.test(url.pathname)
}
