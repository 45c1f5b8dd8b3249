import type { Environment } from '../src/browser/environment.ts'
import { AuthError } from '../src/errors.ts'
import type { TokenSet } from '../src/session/session.ts'
import type { TokenEvent } from '../src/tokens/tokenEvent.ts'
import { TokenManager } from '../src/tokens/tokenManager.ts'
import type { TokenManagerOptions } from '../src/tokens/tokenManagerOptions.ts'
import { createWorld, type Deferred, type World } from './world.ts'

/** One tab of a browser. */
export interface Tab {
  readonly world: World
  readonly tokens: TokenManager
  /** What happened, in order. */
  readonly events: TokenEvent[]
  /** The types of {@link events}. */
  readonly types: () => TokenEvent['type'][]
}

type TabOptions = Omit<TokenManagerOptions, 'canRefresh'> & {
  readonly world?: World
  /** What this tab has instead of what its world has. */
  readonly instead?: Partial<Environment>
}

/** A tab that keeps its session in sessionStorage. */
export function openTab({ world = createWorld(), instead = {}, ...options }: TabOptions): Tab {
  const tokens = new TokenManager(
    { storage: 'session', ...options, canRefresh: (held) => held?.refreshToken !== undefined },
    { ...world.environment, ...instead },
  )
  const events: TokenEvent[] = []
  tokens.subscribe((event) => events.push(event))
  return { world, tokens, events, types: () => events.map(({ type }) => type) }
}

/** Another world of the same browser, with a copy of what the sessionStorage of this one holds. */
export function copyOf(world: World): World {
  const copy = createWorld(world.origin)
  for (const key of world.tabStorage.keys()) copy.tabStorage.setItem(key, world.tabStorage.getItem(key) ?? '')
  return copy
}

/** A strict server: a refresh token works once, and a second use ends its family. */
export interface StrictServer {
  /** Signs somebody in. */
  readonly issue: (name?: string) => TokenSet
  readonly refresh: (tokens: TokenSet | null) => Promise<TokenSet>
  /** The refresh tokens that it got. */
  readonly sent: string[]
  /** Answers wait for it; what they say is settled when the request comes. */
  gate: Deferred<void> | null
  /** What it answers instead of a token. */
  trouble: AuthError | null
}

export function createStrictServer(lifetimeMs = 3_600_000): StrictServer {
  let issued = 0
  const valid = new Map<string, string>()
  const server: StrictServer = {
    sent: [],
    gate: null,
    trouble: null,
    issue(name = 'ada') {
      issued++
      valid.set(`rt-${issued}`, name)
      return { accessToken: `${name}-${issued}`, refreshToken: `rt-${issued}`, expiresInMs: lifetimeMs }
    },
    async refresh(tokens) {
      const spent = tokens?.refreshToken ?? 'none'
      server.sent.push(spent)
      const name = valid.get(spent)
      const answer = name === undefined || server.trouble !== null ? null : server.issue(name)
      if (server.trouble === null) valid.delete(spent)
      await server.gate?.promise
      if (answer !== null) return answer
      throw server.trouble ?? new AuthError('refresh_rejected', 'spent')
    },
  }
  return server
}
