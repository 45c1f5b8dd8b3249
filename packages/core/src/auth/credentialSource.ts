import { AuthError, isAuthError } from '../errors.ts'
import type { CredentialSource } from '../http/authedFetch.ts'
import type { SessionRecord } from '../session/session.ts'
import { raceAbort } from '../tokens/raceAbort.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'

/** Lets requests spend the tokens of a manager. */
export function createCredentialSource<User>(
  tokens: TokenManager<SessionRecord<User>>,
  ready: () => Promise<unknown>,
): CredentialSource {
  /** Ends the session of a token that the API refused and that has no successor, unless it is no longer the one in use. */
  const onRejected: CredentialSource['onRejected'] = ({ generation }) => {
    if (tokens.current?.generation !== generation) return
    tokens.end(new AuthError('revoked', 'The API refuses the token, and a refresh does not help.'))
  }

  return {
    async acquire(signal) {
      const asker = tokens.current?.tokens.family
      await raceAbort(ready(), signal)
      const held = await tokens.acquire({ signal })
      if (asker !== undefined && held.tokens.family !== asker) {
        throw new AuthError('user_changed', 'Somebody else signed in meanwhile: not sent.')
      }
      return { accessToken: held.tokens.accessToken, generation: held.generation, family: held.tokens.family }
    },
    async refresh(used, signal) {
      try {
        await tokens.refresh({ generation: used.generation, signal })
      } catch (error) {
        // There is nothing to refresh it with.
        if (isAuthError(error, 'session_expired')) onRejected(used)
        throw error
      }
    },
    onRejected,
  }
}
