import type { ActivityLog } from '../log/activityLog.ts'
import type { DemoAuth } from './demoAuth.ts'

/**
 * Keeps one auth for each combination of settings, made when first asked for. Those not on the screen are not started,
 * so they do nothing. An app has a single auth and needs none of this.
 */
export function authPerSettings<S extends Readonly<Record<string, string>>, A extends DemoAuth>(
  log: ActivityLog,
  create: (settings: S) => A,
): (settings: S) => A {
  const made = new Map<string, A>()
  return (settings) => {
    const key = Object.values(settings).join(' ')
    const known = made.get(key)
    if (known !== undefined) return known
    const auth = create(settings)
    auth.inspect(log.add)
    made.set(key, auth)
    return auth
  }
}
