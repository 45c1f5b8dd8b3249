import type { AuthedFetch } from '@tessera-auth/core'
import type { BoundAuth } from './boundAuth.ts'
import { fetchAs } from './fetchAs.ts'
import { personOf, type Person } from './person.ts'
import { isRefusalStatus, noteRefusal } from './retryUnlessRefused.ts'

/**
 * Runs a mutation function, whose requests are of one person and of nobody else.
 *
 * @param whose Not known yet: of who turns out to be signed in.
 */
export async function doAs<Data>(auth: BoundAuth, whose: Person, run: (fetch: AuthedFetch) => Promise<Data>): Promise<Data> {
  await auth.ready
  const send = fetchAs(auth, whose === undefined ? personOf(auth) : whose)
  let isRefused = false
  const fetch: AuthedFetch = async (input, init) => {
    const response = await send(input, init)
    isRefused ||= isRefusalStatus(response.status)
    return response
  }
  try {
    return await run(fetch)
  } catch (error) {
    if (isRefused) noteRefusal(error)
    throw error
  }
}
