import { AuthError, type AuthedFetch } from '@tessera-auth/core'
import type { BoundAuth } from './boundAuth.ts'
import { isSamePerson, personOf, type Person } from './person.ts'
import { isRefusalStatus, noteRefusal } from './retryUnlessRefused.ts'

/**
 * Runs a mutation function, whose requests are of one person and of nobody else.
 *
 * @param whose Not known yet: of who turns out to be signed in.
 */
export async function doAs<Data>(auth: BoundAuth, whose: Person, run: (fetch: AuthedFetch) => Promise<Data>): Promise<Data> {
  let person = whose
  let isRefused = false
  const fetch: AuthedFetch = async (input, init) => {
    const now = personOf(auth)
    // When nobody is there, the request may be parked for who was.
    if (person !== undefined && now != null && !isSamePerson(person, now)) throw new AuthError('user_changed', 'Somebody else is signed in: not sent. Drop the request.')
    person ??= now
    const response = await auth.fetch(input, init)
    person ??= personOf(auth)
    isRefused ||= isRefusalStatus(response.status)
    return response
  }
  await auth.ready
  try {
    return await run(fetch)
  } catch (error) {
    if (isRefused) noteRefusal(error)
    throw error
  }
}
