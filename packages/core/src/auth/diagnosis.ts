import type * as Diagnose from '../diagnose/diagnose.ts'
import type { DiagnosisOptions } from '../diagnose/diagnose.ts'
import { loadChunk } from '../oauth/loadChunk.ts'
import type { AuthState } from '../session/state.ts'
import type { AuthCore } from './auth.ts'
import type { ReadableStore } from './store.ts'

/** Finds out what is wrong, when asked or when something looks like it. */
export interface Diagnosis extends Pick<AuthCore<unknown>, 'diagnose'> {
  /** Notes that this auth is at work, until the returned function is called; warns of another of its name. */
  readonly enter: () => () => unknown
}

/** A chunk of its own: an app where nothing is wrong does not load it. */
const load = (): Promise<typeof Diagnose> => import('../diagnose/diagnose.ts')

export function createDiagnosis<User>(options: DiagnosisOptions, { subscribe }: ReadableStore<AuthState<User>>): Diagnosis {
  const warnOf = (trouble: keyof typeof Diagnose.warnings): void => void load().then(({ warnings }) => warnings[trouble](options), () => {})
  subscribe(({ error }) => error?.retryable && warnOf('failure'))
  return {
    async diagnose() {
      options.signal.throwIfAborted()
      return (await loadChunk(load)).diagnose(options)
    },
    enter() {
      const { name, signal, environment: { page } } = options
      const roster = page.roster?.() ?? new Set()
      const resident = { name, signal }
      // Whether that is one of its name is found out there.
      if (roster.add(resident).size > 1) warnOf('twin')
      return () => roster.delete(resident)
    },
  }
}
