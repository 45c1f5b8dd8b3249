import type { TokenStorage } from '../browser/storage.ts'
import { checkDurationMs, checkOptions, configError, type Given } from '../checkOptions.ts'
import type { AuthMethod } from '../methods/method.ts'

/** Options of `createAuth`. */
export interface AuthOptions<Input, User> {
  /** How people sign in. */
  readonly method: AuthMethod<Input, User>
  /**
   * Where credentials may go: origins, or origins with a path prefix, https or http on localhost. Default: this page's own origin.
   */
  readonly api?: string | readonly string[] | undefined
  /**
   * Where tokens are kept: `'memory'` (default; a reload signs out), `'session'` (sessionStorage; survives a reload, ends with the
   * tab, readable by any script of the page), or a storage of your own.
   */
  readonly storage?: 'memory' | 'session' | TokenStorage | undefined
  /** How long before expiry a refresh starts, in milliseconds; never more than a quarter of the token's life. Default 300 000. */
  readonly refreshLeadMs?: number | undefined
  /** How long one request to the token server may take, in milliseconds. Default 10 000. */
  readonly requestTimeoutMs?: number | undefined
  /** Tells several auths on one origin apart: letters, digits, `.`, `_` and `-`. Default `default`. */
  readonly name?: string | undefined
}

type Checked<Input, User> = Omit<Required<Given<AuthOptions<Input, User>>>, 'api'> & Pick<AuthOptions<Input, User>, 'api'>

/** @throws AuthError `invalid_config`, naming the option; `api` and `storage` are checked where they are used. */
export function checkAuthOptions<Input, User>(options: AuthOptions<Input, User>): Checked<Input, User> {
  const known = ['method', 'api', 'storage', 'refreshLeadMs', 'requestTimeoutMs', 'name'] as const
  const checked = { storage: 'memory' as const, refreshLeadMs: 300_000, requestTimeoutMs: 10_000, name: 'default', ...checkOptions(options, 'createAuth', known) }
  if (typeof checked.method !== 'object' || checked.method === null || typeof checked.method.login !== 'function' || typeof checked.method.name !== 'string') {
    throw configError('method', 'expected a method, such as password({ loginUrl }).')
  }
  if (typeof checked.name !== 'string' || !/^[\w.-]{1,64}$/.test(checked.name)) {
    throw configError('name', 'expected 1 to 64 letters, digits, ".", "_" or "-".')
  }
  checkDurationMs(checked.requestTimeoutMs, 'requestTimeoutMs')
  return checked
}
