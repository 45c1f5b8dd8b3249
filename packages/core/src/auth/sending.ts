import type { Environment } from '../browser/environment.ts'
import { AuthError } from '../errors.ts'
import { createAuthedFetch, type CredentialSource, type FetchEvent } from '../http/authedFetch.ts'
import type { Destinations } from '../http/destinations.ts'
import type { SessionRecord } from '../session/session.ts'
import { checkAsked } from '../tokens/accessTokenOptions.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { AuthCore } from './auth.ts'

interface SendingOptions<User> {
  readonly destinations: Destinations
  readonly source: CredentialSource
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly ready: () => Promise<unknown>
  readonly emit: (event: FetchEvent) => void
  readonly environment: Pick<Environment, 'network' | 'page'>
}

/** Sends with the credentials, gives them out, and says where they may go. */
export function createSending<User>(options: SendingOptions<User>): Pick<AuthCore<unknown>, 'fetch' | 'checkDestination' | 'getAccessToken'> {
  const { destinations, source, tokens, ready, emit, environment: { network, page } } = options
  return {
    checkDestination: destinations.check,
    fetch: createAuthedFetch({ network, destinations, page, source, emit }),
    async getAccessToken(given) {
      const asked = checkAsked(given)
      const { scope = [] } = asked
      void ready()
      const accessToken = await tokens.getAccessToken(asked)
      const missingScope = scope.filter((each) => tokens.current?.tokens.scope.includes(each) !== true)
      if (missingScope.length > 0) throw new AuthError('insufficient_scope', `Not granted: ${missingScope.join(' ')}. Say so, or offer a step-up.`, { missingScope })
      return accessToken
    },
  }
}
