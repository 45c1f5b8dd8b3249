import { AuthError } from './errors.ts'
import { ownMembers } from './ownMembers.ts'

/** An `invalid_config` error that names the option. */
export function configError(option: string, problem: string): AuthError {
  return new AuthError('invalid_config', `Invalid option "${option}": ${problem}`, { option })
}

/** Options as they were given: one that is undefined was not. */
export type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/**
 * Checks an options object against the names it may have and returns a copy of its own members alone,
 * so that a polluted `Object.prototype` cannot become configuration.
 *
 * @throws AuthError `invalid_config`: not an object, an unknown name, or a getter that throws.
 */
export function checkOptions<T extends object>(value: T, where: string, known: readonly (keyof T & string)[]): Given<T>
export function checkOptions(value: object, where: string, known: readonly string[]): object {
  if (typeof value !== 'object' || value === null) throw configError(where, 'expected an object.')
  let copy: object
  try {
    copy = ownMembers(value)
  } catch {
    throw configError(where, 'expected an object whose members can be read.')
  }
  const stranger = Object.keys(copy).find((name) => !known.includes(name))
  if (stranger !== undefined) throw configError(stranger, `${where} does not know it. It knows: ${known.join(', ')}.`)
  // An option given as undefined is one not given: it must not hide a default.
  for (const name of known) if (Reflect.get(copy, name) === undefined) Reflect.deleteProperty(copy, name)
  return copy
}

/** @throws AuthError `invalid_config` when no auth is given to what adds to one. */
export function checkAuth(auth: unknown, where: string): void {
  if (typeof auth !== 'object' || auth === null) throw configError(where, 'expected an auth first.')
}

/** @throws AuthError `invalid_config` unless `value` is a non-empty string without spaces at its ends. */
export function checkText(value: unknown, option: string): string {
  if (typeof value !== 'string' || value === '' || value.trim() !== value) {
    throw configError(option, 'expected text without spaces around it.')
  }
  return value
}

/** Those that browsers let no page send, and those that any page may send to anywhere, which prove nothing (Fetch §2.2.2). */
const reservedHeaders =
  /^(accept(-charset|-encoding|-language)?|access-control-request-.*|connection|content-(language|length|type)|cookie2?|date|dnt|expect|host|keep-alive|origin|range|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|(proxy|sec)-.*)$/i

/** @throws AuthError `invalid_config` unless `value` is the name of a header (RFC 9110 §5.6.2) of the app's own. */
export function checkHeaderName(value: unknown, option: string): string {
  if (typeof value !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(value)) throw configError(option, 'expected the name of a header.')
  if (reservedHeaders.test(value)) throw configError(option, "this header is the browser's own, or one that any page may send.")
  return value
}

/** @throws AuthError `invalid_config` unless `value` is a finite number of milliseconds, zero or more. */
export function checkDurationMs(value: unknown, option: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value < Infinity)) {
    throw configError(option, 'expected milliseconds, 0 or more.')
  }
  return value
}

/**
 * Parses an absolute URL that may be trusted with credentials: https, or http on a loopback host.
 * Refuses user info and a fragment.
 *
 * @throws AuthError `invalid_config` naming the option.
 */
export function checkSecureUrl(value: unknown, option: string, base?: string): URL {
  const text = checkText(value, option)
  if (!URL.canParse(text, base))
    throw configError(option, base === undefined ? 'expected an absolute URL.' : 'expected a URL.')
  const url = new URL(text, base)
  if (!isSecureUrl(url))
    throw configError(option, 'expected https, or http on localhost.')
  if (url.username !== '' || url.password !== '')
    throw configError(option, 'no user name or password may be in it.')
  if (url.hash !== '') throw configError(option, 'no fragment may be in it.')
  return url
}

/** Checks a path of this app's own origin (`/login`), or a URL as {@link checkSecureUrl} does. */
export function checkPathOrUrl(value: unknown, option: string): void {
  // `//host` and `/\\host` lead elsewhere, also with what the parser drops in between.
  const isPath = typeof value === 'string' && /^\/(?![\t\n\r]*[/\\])/.test(value)
  checkSecureUrl(value, option, isPath ? 'https://app.invalid' : undefined)
}

/** Whether a URL is https, or http to this very machine (RFC 8252 §8.3). */
export function isSecureUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

/** Whether a host name means this very machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}
