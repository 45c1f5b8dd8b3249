import { AuthError, endingCodes, isAuthError } from '../errors.ts'
import { attachBearer } from '../http/attachBearer.ts'
import type { Credential, CredentialSource } from '../http/authedFetch.ts'
import { rejectsToken } from '../http/challenge.ts'
import type { SessionRecord } from '../session/session.ts'
import { raceAbort } from '../tokens/raceAbort.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { Held } from '../tokens/holding.ts'
import type { Methods } from './methods.ts'

/** Lets requests spend the tokens of a manager. */
export function createCredentialSource<User>(
  tokens: TokenManager<SessionRecord<User>>,
  methods: Methods<User>,
  known: () => Promise<unknown>,
): CredentialSource {
  /** Ends the session of a token that the API refused and that has no successor, unless it is no longer the one in use, in any tab. */
  const refuse = ({ generation }: Credential): Promise<void> =>
    tokens.refuse(generation, new AuthError('revoked', 'The API refuses the token, and a refresh does not help: sign in again, or look at the API.'))

  return {
    async acquire(signal) {
      const asker = tokens.current?.tokens.family
      await raceAbort(known(), signal)
      const held = await tokens.acquire({ signal })
      if (asker !== undefined && held.tokens.family !== asker) {
        throw new AuthError('user_changed', 'Somebody else signed in meanwhile: not sent. Drop the request.')
      }
      return toCredential(held, { tokens, methods })
    },
    async refresh(used, signal) {
      try {
        await tokens.refresh({ generation: used.generation, signal })
      } catch (error) {
        // There is nothing to refresh it with.
        if (isAuthError(error, 'session_expired')) {
          await raceAbort(refuse(used), signal)
          // Another tab had a new one.
          if (tokens.current !== null && tokens.current.generation !== used.generation) return
        }
        // Of no generation: waits until it shows who that is.
        if (isAuthError(error, 'user_changed')) await tokens.refresh({ generation: -1, signal })
        throw error
      }
    },
    onRejected: (used) => void refuse(used),
  }
}

interface Parts<User> {
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly methods: Methods<User>
}

function toCredential<User>({ tokens: session, generation }: Held<SessionRecord<User>>, { tokens, methods }: Parts<User>): Credential {
  const { method, context } = methods.of(session)
  const { attach, asksAgain, isRefusal } = method
  const { accessToken, family } = session
  const attachDefault = (request: Request): Request => (accessToken === null ? request : attachBearer(request, accessToken))
  const end = async (error: unknown): Promise<never> => {
    if (isAuthError(error, ...endingCodes)) await tokens.refuse(generation, error)
    throw error
  }
  const attachOwn = (request: Request): ReturnType<Credential['attach']> => {
    const attached = attach?.(request, session, context()) ?? null
    return attached instanceof Promise ? attached.catch(end) : attached
  }
  return {
    generation,
    family,
    attach: attach === undefined ? attachDefault : attachOwn,
    asksAgain,
    isRefusal: isRefusal ?? (attach === undefined ? rejectsToken : ({ status }) => status === 401),
  }
}
