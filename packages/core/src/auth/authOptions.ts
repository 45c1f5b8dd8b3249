import type { TokenStorage } from '../browser/storage.ts'
import { checkDurationMs, checkOptions, configError, type Given } from '../checkOptions.ts'
import type { AuthMethod } from '../methods/method.ts'
import { ownMembers } from '../ownMembers.ts'
import type { MethodsByName } from './auth.ts'

interface SharedOptions {
  /**
   * Where credentials may go: origins, or origins with a path prefix, https or http on localhost. Default: this page's own origin.
   */
  readonly api?: string | readonly string[] | undefined
  /**
   * Where tokens are kept: `'memory'` (default; a reload signs out), `'session'` (sessionStorage; survives a reload, ends with the
   * tab, readable by any script of the page), or a storage of your own.
   */
  readonly storage?: 'memory' | 'session' | TokenStorage | undefined
  /**
   * One session for all tabs of this app: a new tab takes part in that of a tab that is open, and a login in one is a login in all.
   * Default `false`: a new tab signs in by itself, and only duplicates of a tab share its session, with `storage: 'session'`.
   * Without effect outside of browsers.
   */
  readonly shareAcrossTabs?: boolean | undefined
  /** How long before expiry a refresh starts, in milliseconds; never more than a quarter of the token's life. Default 300 000. */
  readonly refreshLeadMs?: number | undefined
  /** How long one request to the token server may take, in milliseconds. Default 10 000. */
  readonly requestTimeoutMs?: number | undefined
  /**
   * Whether people may sign in while this page is in a frame of another origin, which could lead their clicks astray (RFC 9700 §4.16).
   * Then name who may frame it in the policy's `frame-ancestors`. Default `false`: a login there rejects with `unsupported_request`.
   */
  readonly allowFraming?: boolean | undefined
  /** Tells several auths on one origin apart: letters, digits, `.`, `_` and `-`. Default `default`. */
  readonly name?: string | undefined
}

/** Options of `createAuth` with one method. */
export interface AuthOptions<Input, User> extends SharedOptions {
  /** How people sign in. */
  readonly method: AuthMethod<Input, User>
}

/** Options of `createAuth` with several methods. */
export interface AuthByNameOptions<Named extends MethodsByName> extends SharedOptions {
  /** The ways to sign in, by the names that `login()` takes and `state.method` shows: letters, digits, `_` and `-`. */
  readonly methods: Named
}

/** The options of either form, checked, with its methods by name. */
export interface CheckedAuthOptions<User> extends Required<Given<Omit<SharedOptions, 'api'>>>, Pick<SharedOptions, 'api'> {
  readonly methods: Readonly<Record<string, AuthMethod<never, User>>>
  /** Whether `login()` takes a name first. */
  readonly isByName: boolean
}

/** Either form of options. */
export interface EitherOptions<User> extends SharedOptions {
  readonly method?: AuthMethod<never, User>
  readonly methods?: Readonly<Record<string, AuthMethod<never, User>>>
}

/** @throws AuthError `invalid_config`, naming the option; `api` and `storage` are checked where they are used. */
export function checkAuthOptions<User>(options: EitherOptions<User>): CheckedAuthOptions<User> {
  const known = ['method', 'methods', 'api', 'storage', 'shareAcrossTabs', 'refreshLeadMs', 'requestTimeoutMs', 'allowFraming', 'name'] as const
  const { method, methods, ...others } = checkOptions(options, 'createAuth', known)
  const checked = { storage: 'memory' as const, shareAcrossTabs: false, refreshLeadMs: 300_000, requestTimeoutMs: 10_000, allowFraming: false, name: 'default', ...others }
  if (typeof checked.name !== 'string' || !/^[\w.-]{1,64}$/.test(checked.name)) {
    throw configError('name', 'expected 1 to 64 letters, digits, ".", "_" or "-".')
  }
  checkDurationMs(checked.requestTimeoutMs, 'requestTimeoutMs')
  if (typeof checked.allowFraming !== 'boolean') throw configError('allowFraming', 'expected true or false.')
  if (methods === undefined) {
    const only = checkMethod(method, 'method')
    return ownMembers({ ...checked, methods: { [only.name]: only }, isByName: false })
  }
  if (method !== undefined) throw configError('methods', 'give "method" or "methods", not both.')
  return ownMembers({ ...checked, methods: checkMethods(methods), isByName: true })
}

function checkMethods<User>(given: NonNullable<EitherOptions<User>['methods']>): CheckedAuthOptions<User>['methods'] {
  const isNameless = given === null || Array.isArray(given)
  const methods = isNameless ? {} : checkOptions(given, 'methods', Object.keys(given))
  const named = Object.entries(methods)
  if (named.length === 0) throw configError('methods', 'expected methods by name, such as { home: password({ loginUrl }) }.')
  for (const [name, method] of named) {
    if (!/^[\w-]{1,64}$/.test(name)) throw configError('methods', 'a name has 1 to 64 letters, digits, "_" or "-".')
    checkMethod(method, `methods.${name}`)
  }
  return methods
}

function checkMethod<User>(method: AuthMethod<never, User> | undefined, option: string): AuthMethod<never, User> {
  if (typeof method === 'object' && method !== null && typeof method.login === 'function' && typeof method.name === 'string') return method
  throw configError(option, 'expected a method, such as password({ loginUrl }).')
}
