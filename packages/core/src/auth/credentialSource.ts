import { AuthError } from '../errors.ts'
import type { CredentialSource } from '../http/authedFetch.ts'
import type { SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'

/** Lets requests spend the tokens of a manager. */
export function createCredentialSource<User>(
  tokens: TokenManager<SessionRecord<User>>,
  ready: () => Promise<unknown>,
): CredentialSource {
  return {
    async acquire(signal) {
      await ready()
      const held = await tokens.acquire({ signal })
      return { accessToken: held.tokens.accessToken, generation: held.generation, family: held.tokens.family }
    },
    refresh: (generation, signal) => tokens.refresh({ generation, signal }),
    onRejected({ generation }) {
      if (tokens.current?.generation !== generation) return
      tokens.end(new AuthError('revoked', 'The API refused a token straight from a refresh: the session has been revoked.'))
    },
  }
}
