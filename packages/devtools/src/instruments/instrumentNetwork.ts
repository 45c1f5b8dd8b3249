import type { Environment } from '@tessera-auth/core'
import { maskPath } from '../facts/mask.ts'
import type { Sightings } from '../feed/createSightings.ts'

type Network = Environment['network']

interface NetworkInstruments {
  readonly sightings: Sightings
  readonly isOffline: () => boolean
  /** Whether this request is to fail; asked once for each. */
  readonly takeFailure: (request: Request) => boolean
}

/** Tells of requests how long they took, and has some fail. */
export function instrumentNetwork(network: Network, { sightings, isOffline, takeFailure }: NetworkInstruments): Network {
  return {
    isOnline: () => !isOffline() && network.isOnline(),
    async fetch(request) {
      const name = `${request.method} ${maskPath(request.url)}`
      const end = sightings.begin('request', name)
      try {
        // As browsers say it.
        if (isOffline() || takeFailure(request)) throw new TypeError('Failed to fetch')
        const response = await network.fetch(request)
        end(response.ok ? 'done' : 'failed', `${name}: ${response.status}`)
        return response
      } catch (error) {
        end('failed', `${name}: no answer`)
        throw error
      }
    },
  }
}
