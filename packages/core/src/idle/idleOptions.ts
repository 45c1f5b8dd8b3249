import { checkDurationMs, checkOptions, configError } from '../checkOptions.ts'

/** Options of `createIdleTimeout`. */
export interface IdleOptions {
  /** How long nobody may do anything before the session ends, in milliseconds: 1 000 or more. */
  readonly idleMs: number
  /** How long before that it is warned, in milliseconds: less than `idleMs`. `0`: never. Default 60 000, at most half of `idleMs`. */
  readonly warnMs?: number | undefined
}

const defaultWarnMs = 60_000

/** What is noted is a second old at most. */
const shortestIdleMs = 1_000

/** @throws AuthError `invalid_config`, naming the option. */
export function checkIdleOptions(options: IdleOptions): Required<IdleOptions> & { readonly warnMs: number } {
  const given = checkOptions(options, 'createIdleTimeout', ['idleMs', 'warnMs'])
  const idleMs = checkDurationMs(given.idleMs, 'idleMs')
  if (idleMs < shortestIdleMs) throw configError('idleMs', `expected ${shortestIdleMs} or more: it is in milliseconds.`)
  const warnMs = checkDurationMs(given.warnMs ?? Math.min(defaultWarnMs, idleMs / 2), 'warnMs')
  if (warnMs >= idleMs) throw configError('warnMs', 'expected less than "idleMs".')
  return { idleMs, warnMs }
}
