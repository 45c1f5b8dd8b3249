import { environmentManager, type QueryFunctionContext } from '@tanstack/react-query'
import { AuthError, type AuthedFetch, type RefreshStatus } from '@tessera-auth/core'
import type { AuthedQueryFunction } from './authedQueryFunction.ts'
import { isAway } from './away.ts'
import type { BoundAuth } from './boundAuth.ts'
import { abortedBy, fetchAs } from './fetchAs.ts'
import { personOf } from './person.ts'
import { isRefusalStatus, noteRefusal, retryUnlessRefused } from './retryUnlessRefused.ts'
import { when } from './when.ts'

/** As long as TanStack Query ever waits between two attempts. */
const longestTroubleMs = 30_000

/** Runs a query function as whoever is signed in, once that is known. */
export async function askAs(auth: BoundAuth, queryFn: AuthedQueryFunction<unknown>, context: QueryFunctionContext): Promise<unknown> {
  await somebody(auth, context)
  const { signal } = context
  const send = fetchAs(auth, personOf(auth))
  let isRefused = false
  const fetch: AuthedFetch = async (input, init) => {
    // A query function may send several requests: none as somebody else than the first.
    signal.throwIfAborted()
    const response = await send(input, abortedBy(signal, input, init))
    isRefused ||= isRefusalStatus(response.status)
    return response
  }
  try {
    return await queryFn({ ...context, fetch })
  } catch (error) {
    // It met the end of the session: it is asked again when the same person is back, and cancelled otherwise.
    if (isAway(context.client, auth)) return askAs(auth, queryFn, context)
    if (isRefused) noteRefusal(error)
    if (retryUnlessRefused(0, error)) await when(auth.refreshStore, isWell, { signal, longestMs: longestTroubleMs })
    throw error
  }
}

/**
 * @throws AuthError `not_authenticated`, unless a component is suspended, which has no other way to wait, or the client keeps what is of
 * somebody who may come back.
 */
async function somebody(auth: BoundAuth, context: QueryFunctionContext): Promise<void> {
  const { store } = auth
  // A page that is rendered on a server is nobody's, and would wait for ever: the browser tries again.
  if (environmentManager.isServer() && isSuspended(context)) throw nobody()
  await auth.ready
  context.signal.throwIfAborted()
  if (store.getState().status !== 'unauthenticated') return
  if (!isAway(context.client, auth) && !isSuspended(context)) throw nobody()
  await when(store, ({ status }) => status === 'authenticated', context)
  context.signal.throwIfAborted()
}

function nobody(): AuthError {
  return new AuthError('not_authenticated', 'Nobody is signed in: sign in first.')
}

function isSuspended({ client, queryKey }: QueryFunctionContext): boolean {
  const options = client.getQueryCache().find({ queryKey, exact: true })?.options
  return options !== undefined && 'suspense' in options && options.suspense === true
}

function isWell({ phase, error }: RefreshStatus): boolean {
  return phase === 'idle' || (phase === 'refreshing' && error === null)
}
