import { AuthError, type AuthedFetch } from '@tessera-auth/core'
import type { BoundAuth } from './boundAuth.ts'
import { isSamePerson, personOf, type Person } from './person.ts'

/** Of no tokens: asked to refresh those, a manager only waits for a login whose tokens are on their way. */
const noGeneration = -1

/**
 * `auth.fetch` for one person: what cannot be sent as them is not sent.
 *
 * @param whose `null`: of nobody, so it is never sent. `undefined`, where that could not be found out: of who turns out to be signed in.
 */
export function fetchAs(auth: BoundAuth, whose: Person): AuthedFetch {
  const { store, tokens } = auth
  let person = whose
  const isSomebodyElse = (): boolean => {
    if (person === undefined) person = personOf(auth)
    // Tokens are there before anybody is told of them.
    return person !== undefined && tokens.current !== null && !isSamePerson(person, tokens.current.tokens)
  }
  return async (input, init) => {
    const changed = new AbortController()
    const look = (): void => {
      if (isSomebodyElse()) changed.abort(new AuthError('user_changed', 'Somebody else is signed in: drop the request.'))
    }
    look()
    changed.signal.throwIfAborted()
    // While they are there, `auth.fetch` itself sends it as nobody else. Where nobody is, it may wait for whoever was there last, or comes next.
    if (tokens.current !== null) return auth.fetch(input, init)
    const bound = abortedBy(changed.signal, input, init)
    const releases = [store.subscribe(look), tokens.subscribe(look)]
    try {
      await tokens.refresh({ generation: noGeneration, signal: bound.signal }).catch(() => {})
      look()
      return await auth.fetch(input, bound)
    } finally {
      releases.forEach((release) => release())
    }
  }
}

/** The options of a request that this signal aborts, too. */
export function abortedBy(signal: AbortSignal, input: string | URL | Request, init: RequestInit | undefined): RequestInit & { readonly signal: AbortSignal } {
  const own = init?.signal ?? (input instanceof Request ? input.signal : null)
  return { ...init, signal: own === null ? signal : AbortSignal.any([signal, own]) }
}
