import { jwksCache, KEY_SELECTION, OperationProcessingError, validateApplicationLevelSignature, type AuthorizationServer } from 'oauth4webapi'
import type { MethodContext } from '../methods/method.ts'
import { reloadKeySet, type KeySet } from './keySet.ts'

/** What a signature is verified with. */
export interface Verification {
  readonly server: AuthorizationServer
  readonly keySet: KeySet
  readonly ctx: MethodContext
  /** Whether the keys may be fetched again when they do not do. */
  readonly mayReload: boolean
}

/** Keys without names may all fit: a set of thousands is not worked through. */
const maxTries = 10

/**
 * Whether what an answer holds was signed with one of the provider's keys (OpenID Connect Core §10.1), which are fetched again, at most
 * once a minute, when none of them has. `null`: none of them is one that it could be signed with.
 *
 * @param answer Has been processed by oauth4webapi, which refused `crit` and every algorithm that is not ours.
 * @throws AuthError what fetching the keys throws.
 */
export async function isSigned(answer: Response, { server, keySet, ctx, mayReload }: Verification): Promise<boolean | null> {
  const verdict = await tryKeys(answer, server, keySet)
  if (verdict === true || !mayReload) return verdict
  const reloaded = await reloadKeySet(server, ctx, keySet)
  return reloaded === null ? verdict : tryKeys(answer, server, reloaded)
}

/** One key at a time: of a set, oauth4webapi takes one that fits, or none where several do. */
async function tryKeys(answer: Response, server: AuthorizationServer, { keys }: KeySet): Promise<boolean | null> {
  let isRefuted = false
  let tries = 0
  for (const key of keys) {
    // A copy, as oauth4webapi remembers keys for an object. Fetched at the end of time: never too old, so it asks nobody.
    const cache = { jwks: { keys: [key] }, uat: Infinity }
    try {
      await validateApplicationLevelSignature({ ...server }, answer, { [jwksCache]: cache })
      return true
    } catch (error) {
      const isOther = error instanceof OperationProcessingError && error.code === KEY_SELECTION
      if (isOther) continue
      // Anything else is a key that is too weak, or none at all.
      isRefuted ||= error instanceof OperationProcessingError || error instanceof TypeError
      if (++tries === maxTries) break
    }
  }
  return isRefuted ? false : null
}
