import { defaultScheduler, environmentManager, type QueryClient } from '@tanstack/react-query'
import { AuthError } from '@tessera-auth/core'
import { isAway, mayComeBack, setAway } from './away.ts'
import { isOf, type BoundAuth, type Labelled } from './boundAuth.ts'
import { forgetQueries, restQueries, wakeQueries } from './forgetQueries.ts'
import { pauseWhileSignedOut } from './pauseWhileSignedOut.ts'
import { isSamePerson, personOf } from './person.ts'
import { watchRestingObservers } from './restingObservers.ts'
import { runAll } from './runAll.ts'
import { tellAtOnce, type Scheduler } from './tellAtOnce.ts'
import { watchMutations } from './watchedMutations.ts'

/** Options of {@link bindQueryClient}. */
export interface BindQueryClientOptions {
  /**
   * Keeps everything when the session expires or is revoked, for a page that `SessionExpired` keeps: nothing is fetched until the same
   * person, by method and subject, has signed in again and goes on. Whoever else signs in, and a sign-out, clear as ever. Default `false`.
   */
  readonly keepWhileExpired?: boolean
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
 * Call it once, where the auth and the client are made, before anything renders. A server, where nobody signs in, may do so for each
 * request: there it only keeps queries from being fetched, and nothing outlives the client.
 *
 * @returns Ends it.
 * @throws AuthError `invalid_config` when the options are no object.
 *
 * @example
 * bindQueryClient(auth, queryClient)
 */
export function bindQueryClient(auth: BoundAuth, client: QueryClient, options: BindQueryClientOptions = {}): () => void {
  if (typeof options !== 'object' || options === null) throw new AuthError('invalid_config', 'Invalid option "bindQueryClient": expected an object.', { option: 'bindQueryClient' })
  // The auth would keep every client of every request.
  if (environmentManager.isServer()) return pauseWhileSignedOut(auth, client)
  // A polluted prototype sets nothing.
  const own = { __proto__: null, ...options }
  const { scheduler = defaultScheduler, keepWhileExpired = false } = own
  const isOwn = (labelled: Labelled): boolean => isOf(auth, labelled)
  const mutations = watchMutations(client.getMutationCache())
  const resting = watchRestingObservers(client.getQueryCache())
  let person = personOf(auth)

  const follow = (): void => {
    const wasAway = isAway(client, auth)
    if (keepWhileExpired && mayComeBack(person, auth)) {
      setAway(client, auth, person)
      return wasAway ? undefined : restQueries(client, isOwn)
    }
    const before = person
    person = personOf(auth)
    setAway(client, auth, null)
    const isSame = isSamePerson(before, person)
    if (isSame && !wasAway) return
    const isFirst = before === undefined
    tellAtOnce(scheduler, () => {
      if (isSame || (isFirst && person !== null)) return wakeQueries(client, isOwn)
      runAll([
        // Nobody's are those that sign somebody in; but one that was stored is of who stored it.
        () => mutations.forget((mutation) => isOwn(mutation) && (before != null || mutation.state.isPaused)),
        // What only waited to know who is signed in may say itself that nobody is.
        () => forgetQueries(client, (query) => isOwn(query) && !(isFirst && query.state.data === undefined), resting.all()),
      ])
    })
  }

  // The state first, as it tells before anything renders; but it stays the same where two people look the same.
  const releases = [auth.store.subscribe(follow), auth.tokens.subscribe(follow), mutations.stop, resting.stop, pauseWhileSignedOut(auth, client)]
  return () => {
    const wasAway = isAway(client, auth)
    setAway(client, auth, null)
    // What is kept would be anybody's.
    const forget = [() => mutations.forget(isOwn), () => forgetQueries(client, isOwn, resting.all())]
    runAll([() => wasAway && tellAtOnce(scheduler, () => runAll(forget)), ...releases])
  }
}
