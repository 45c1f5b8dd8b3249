import { defaultScheduler, type QueryClient } from '@tanstack/react-query'
import { isOf, type BoundAuth, type Labelled } from './boundAuth.ts'
import { forgetQueries, wakeQueries } from './forgetQueries.ts'
import { pauseWhileSignedOut } from './pauseWhileSignedOut.ts'
import { isSamePerson, personOf } from './person.ts'
import { tellAtOnce, type Scheduler } from './tellAtOnce.ts'
import { watchMutations } from './watchedMutations.ts'

/** Options of {@link bindQueryClient}. */
export interface BindQueryClientOptions {
  /** What the app gave to `notifyManager.setScheduler`, if it did: it cannot be asked for, and is set again after each change of person. */
  readonly scheduler?: Scheduler
}

/**
 * Ties a cache to whoever is signed in. When they sign out, here or in another tab, or somebody else signs in, all that is theirs is
 * cancelled and gone before anything is rendered for the next: queries, and mutations, sent, paused or failed. A refresh of the tokens
 * changes nothing. While nobody is signed in, nothing is fetched.
 *
 * Queries and mutations are of this auth unless their `meta.auth` is the name of another, or `false`: public.
 *
 * Call it once, where the auth and the client are made, before anything renders.
 *
 * @returns Ends it.
 *
 * @example
 * bindQueryClient(auth, queryClient)
 */
export function bindQueryClient(auth: BoundAuth, client: QueryClient, options: BindQueryClientOptions = {}): () => void {
  const { scheduler = defaultScheduler } = options
  const isOwn = (labelled: Labelled): boolean => isOf(auth, labelled)
  const mutations = watchMutations(client.getMutationCache())
  let person = personOf(auth)

  const follow = (): void => {
    const before = person
    person = personOf(auth)
    if (isSamePerson(before, person)) return
    const isFirst = before === undefined
    tellAtOnce(scheduler, () => {
      if (isFirst && person !== null) return wakeQueries(client, isOwn)
      // Nobody's are those that sign somebody in; but one that was stored is of who stored it.
      mutations.forget((mutation) => isOwn(mutation) && (before != null || mutation.state.isPaused))
      // What only waited to know who is signed in may say itself that nobody is.
      forgetQueries(client, (query) => isOwn(query) && !(isFirst && query.state.data === undefined))
    })
  }

  // The state first, as it tells before anything renders; but it stays the same where two people look the same.
  const releases = [auth.store.subscribe(follow), auth.tokens.subscribe(follow), mutations.stop, pauseWhileSignedOut(auth, client)]
  return () => releases.forEach((release) => release())
}
