import type { Environment } from '../browser/environment.ts'
import { createAuthedFetch, type CredentialSource, type FetchEvent } from '../http/authedFetch.ts'
import { createDestinations } from '../http/destinations.ts'
import type { AuthCore } from './auth.ts'

interface SendingOptions {
  readonly api: string | readonly string[] | undefined
  readonly source: CredentialSource
  readonly emit: (event: FetchEvent) => void
  readonly environment: Pick<Environment, 'network' | 'page'>
}

/** Sends with the credentials, and says where they may go. */
export function createSending({ api, source, emit, environment: { network, page } }: SendingOptions): Pick<AuthCore<unknown>, 'fetch' | 'checkDestination'> {
  const destinations = createDestinations(api, page.href)
  return {
    checkDestination: destinations.check,
    fetch: createAuthedFetch({ network, destinations, pageUrl: page.href, source, emit }),
  }
}
