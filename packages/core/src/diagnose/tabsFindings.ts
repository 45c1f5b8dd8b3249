import { pageAbilities, type Abilities } from '../browser/abilities.ts'
import type { Environment } from '../browser/environment.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import type { Finding } from '../session/finding.ts'

const deadlineMs = 3_000
const name = 'tessera:diagnose'

const losses: Readonly<Record<keyof Abilities, string>> = {
  locks: 'Web Locks are missing: two tabs may refresh at once, and a server that allows a refresh token once may end the session.',
  database: 'IndexedDB fails: a tab that starts alone may have tokens that others have replaced.',
  channels: 'BroadcastChannel fails: tabs hear of each other late, and a new one is not let in.',
}

interface TabsOptions {
  readonly storage: unknown
  readonly shareAcrossTabs: boolean
  readonly environment: Environment
}

/** Tries what the tabs of a session need to act as one. */
export async function tabsFindings({ storage, shareAcrossTabs, environment }: TabsOptions): Promise<readonly Finding[]> {
  const { timer, crypto, page } = environment
  const hasTabs = page.isBrowser() && (storage === 'session' || shareAcrossTabs)
  // On http pages none of this works, and that is said already.
  if (!hasTabs || !crypto.isSecureContext()) return []
  const abilities = abilitiesOf(environment)
  const found = await Promise.all(
    (['locks', 'database', 'channels'] as const).map(async (ability): Promise<readonly Finding[]> => {
      const isThere = await withDeadline({ timer, deadlineMs }, abilities[ability]).then(() => true, () => false)
      const cure = 'Allow site data for this page in the browser, and serve it by https.'
      return isThere ? [] : [{ code: 'tabs_degraded', severity: 'warning', message: losses[ability], cure }]
    }),
  )
  return found.flat()
}

function abilitiesOf({ locks, database, channels }: Environment): Abilities {
  return {
    locks: locks === undefined ? pageAbilities.locks : () => locks.acquire(name, deadlineMs).then((lock) => lock?.letGo()),
    database: database === undefined ? pageAbilities.database : () => database.read(name),
    channels: channels === undefined ? pageAbilities.channels : async () => channels.join(name, () => {}).leave(),
  }
}
