import type { AuthMethod, MethodContext, PresenceDefinition } from '../methods/method.ts'
import type { SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { ContextFactory } from './context.ts'

/** A method under the name that states and sessions know it by, with the context that is its own. */
export interface NamedMethod<User> {
  readonly name: string
  readonly method: AuthMethod<unknown, User>
  readonly context: (signal?: AbortSignal) => MethodContext
}

/** The methods of an auth: at least one. */
export interface Methods<User> {
  readonly all: readonly [NamedMethod<User>, ...NamedMethod<User>[]]
  /** Of one whose session the browser keeps, if there is such a method. */
  readonly presence: PresenceDefinition<User> | undefined
  readonly find: (name: unknown) => NamedMethod<User> | undefined
  /** The one that made a session. */
  readonly of: (session: Pick<SessionRecord<User>, 'method'>) => NamedMethod<User>
}

export function createMethods<User>(given: Readonly<Record<string, AuthMethod<never, User>>>, context: ContextFactory): Methods<User> {
  const [first, ...others] = Object.entries(given).map(([name, method]): NamedMethod<User> => ({
    name,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The types of createAuth give each name the input of its own method.
    method: method as AuthMethod<unknown, User>,
    context: (signal) => context(name, signal),
  }))
  if (first === undefined) throw new TypeError('There is no method.')
  const all: Methods<User>['all'] = [first, ...others]
  const find: Methods<User>['find'] = (name) => all.find((each) => each.name === name)
  return {
    all,
    presence: all.find(({ method }) => method.presence !== undefined)?.method.presence,
    find,
    of({ method }) {
      // Sessions of other methods are neither made nor accepted from a storage.
      return find(method) ?? first
    },
  }
}

/** Has the method of each session that comes into use load what it will need. */
export function prepareAhead<User>(methods: Methods<User>, tokens: TokenManager<SessionRecord<User>>): void {
  tokens.subscribe(({ type }) => {
    if (tokens.current !== null && (type === 'set' || type === 'restored')) methods.of(tokens.current.tokens).method.prepare?.()
  })
}
