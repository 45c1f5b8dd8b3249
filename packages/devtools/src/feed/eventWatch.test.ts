import { environment, type InspectEvent } from '@tessera-auth/core'
import { expect, it } from 'vitest'
import { createEventWatch } from './eventWatch.ts'
import { createSightings } from './createSightings.ts'

const url = 'https://app.example/orders'

it.each([
  [{ type: 'parked', url }, 'done', 'Waits for a sign-in: '],
  [{ type: 'unparked', url, verdict: 'released' }, 'done', 'Waited, and goes out: '],
  [{ type: 'unparked', url, verdict: 'too_late' }, 'failed', 'Waited in vain (too_late): '],
] as const)('a request that waits for a login, and what ends that, are in the row of replays: %j', (event, outcome, text) => {
  const sightings = createSightings(environment)
  const seen: unknown[] = []
  sightings.subscribe((sighting) => seen.push(sighting))
  createEventWatch(sightings)({ ...event, at: 1 } satisfies InspectEvent)
  expect(seen).toMatchObject([{ lane: 'replay', outcome, text: `${text}/orders` }])
})
