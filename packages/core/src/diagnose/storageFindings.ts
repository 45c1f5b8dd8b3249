import type { Environment } from '../browser/environment.ts'
import type { TokenStorage } from '../browser/storage.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import type { AuthMethod } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'
import type { Finding } from '../session/finding.ts'

interface StorageOptions {
  readonly storage: 'memory' | 'session' | TokenStorage
  readonly methods: readonly { readonly method: Pick<AuthMethod<never>, 'callback' | 'retryInput'> }[]
  readonly environment: Pick<Environment, 'tabStorage' | 'page' | 'timer' | 'crypto'>
}

/** A storage that is needed, and what happens without it. */
interface Needed {
  readonly name: string
  readonly storage: TokenStorage
  readonly loss: string
}

const deadlineMs = 3_000
const value = 'probe'

/** What is wrong with the storages that this auth needs: of the tokens, and of logins that leave the page. */
export async function storageFindings(options: StorageOptions): Promise<readonly Finding[]> {
  const found = await Promise.all(neededBy(options).map((needed) => tried(needed, options.environment)))
  return found.flat()
}

function neededBy({ storage, methods, environment: { tabStorage, page } }: StorageOptions): readonly Needed[] {
  // One that is tried again with something of its own found it in the address, and leaves for nobody.
  const isLeaving = methods.some(({ method }) => method.callback !== undefined && method.retryInput === undefined)
  const losses = [...(storage === 'session' ? ['a reload signs out'] : []), ...(isLeaving ? ['no login can be remembered until the provider sends the person back'] : [])]
  // Outside of browsers there is no tab, nor a reload.
  const ofTab = losses.length === 0 || !page.isBrowser() ? [] : [{ name: 'sessionStorage', storage: tabStorage, loss: `${losses.join(', and ')}.` }]
  return typeof storage === 'string' ? ofTab : [{ name: 'The storage of your own', storage, loss: 'a reload signs out.' }, ...ofTab]
}

/** Writes into it, reads that back, and removes it again. */
async function tried({ name, storage, loss }: Needed, { timer, crypto }: Pick<Environment, 'timer' | 'crypto'>): Promise<readonly Finding[]> {
  // Of its own: two storages may be one underneath, and another look may be under way.
  const key = `tessera:diagnose:${crypto.random()}`
  try {
    const isKept = await withDeadline({ timer, deadlineMs }, async () => {
      await storage.setItem(key, value)
      const kept = await storage.getItem(key)
      await storage.removeItem(key)
      return kept === value
    })
    return isKept ? [] : [blocked(`${name} does not give back what was written into it: ${loss}`)]
  } catch (error) {
    if (nameOf(error) !== 'QuotaExceededError') return [blocked(`${name} is blocked or fails (${nameOf(error)}): ${loss}`)]
    return [{ code: 'storage_full', severity: 'error', message: `${name} is full: ${loss}`, cure: 'Keep less in it: all scripts of this origin share its space.' }]
  }
}

function blocked(message: string): Finding {
  return {
    code: 'storage_blocked',
    severity: 'error',
    message,
    cure: 'Allow site data for this page in the browser. In a frame, let the sandbox have allow-same-origin. A storage of your own has to answer within 3 s.',
  }
}

function nameOf(error: unknown): string {
  const { name } = error instanceof Error ? error : membersOf(error)
  return typeof name === 'string' ? name : 'unknown'
}
