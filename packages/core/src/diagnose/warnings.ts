import { advise } from '../browser/advise.ts'
import type { Environment } from '../browser/environment.ts'
import { hasTwin, twin } from './pageFindings.ts'

/** Whom a warning is for. */
interface Warned {
  readonly name: string
  readonly signal: AbortSignal
  readonly environment: Pick<Environment, 'page' | 'network' | 'warn'>
}

/** What is said on the console without being asked for, once for each auth. */
export const warnings = {
  /** There are two of this name, if there are still: one may have taken the place of the other. */
  twin(options: Warned): void {
    if (!hasTwin(options)) return
    const { message, cure } = twin(options.name)
    tell(options, `${message} ${cure}`)
  },
  /** A server did not answer as it should. */
  failure(options: Warned): void {
    if (options.environment.network.isOnline()) tell(options, 'A server did not answer, or not as it should. `await auth.diagnose()` looks for the cause.')
  },
}

const told = new WeakMap<AbortSignal, ReadonlySet<string>>()

function tell({ signal, environment: { warn = advise } }: Warned, text: string): void {
  const before = told.get(signal) ?? new Set()
  if (before.has(text)) return
  told.set(signal, new Set([...before, text]))
  warn(text)
}
