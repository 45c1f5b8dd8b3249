/** Longest address that is kept, in characters. */
const maxLength = 2_048

/**
 * An address inside this app as a path (`/orders?page=2#top`), or `/` for anything that would lead elsewhere.
 *
 * Resolved by the URL parser against our own origin and compared there; a path that would itself read as a host (`//host`) is
 * refused, as are `/logout` and the paths in `refused`, which would sign a person out or send them round in circles. Checked again when used, not only when kept.
 */
export function safeReturnTo(value: unknown, pageUrl: string, refused?: readonly string[]): string {
  if (typeof value !== 'string' || value.length > maxLength) return '/'
  const here = new URL(pageUrl)
  let url: URL
  try {
    url = new URL(value, here)
  } catch {
    return '/'
  }
  // `blob:` and `filesystem:` URLs report the origin inside them, so the scheme counts too.
  const isOurs = url.origin === here.origin && url.protocol === here.protocol && url.username === '' && url.password === ''
  // On pages of other schemes than http(s) all origins are equal, and what has no slash in front is no path.
  const isPath = /^\/(?![/\\])/.test(url.pathname) && url.pathname !== '/logout' && !refused?.includes(url.pathname)
  const path = url.pathname + url.search + url.hash
  // Escapes are up to nine times as long as what they stand for.
  return isOurs && isPath && path.length <= maxLength ? path : '/'
}
