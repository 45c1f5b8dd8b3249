import { expect, test } from 'vitest'
import type { Moment } from './moments.ts'
import { rehearse } from './replay.ts'

/** The least that has to be among the moments of a refresh, in this order, and where each is found. */
const least = [
  ['before the lock', 'before lock.acquire'],
  ['waiting for the lock', 'after lock.acquire'],
  ['lock granted, before the re-read', 'after lock.granted'],
  ['after the re-read', 'after database.answered'],
  ['before the request is sent', 'before fetch.sent'],
  ['sent, not received by the server', 'after fetch.sent'],
  ['the server committed, the answer not received', 'after fetch.committed'],
  ['headers received', 'after fetch.answered'],
  ['half of the body received', 'after body.half'],
  ['all of it received', 'after body.whole'],
  ['parsed, before it is persisted', 'before sealing.seal'],
  ['persisted for the others, and not here', 'after database.committed'],
  ['before it is published', 'before channel.posted'],
  ['published', 'after channel.posted'],
  ['persisted here', 'after storage.set'],
  ['before the lock is released', 'before lock.released'],
  ['after it was released', 'after lock.released'],
] as const

test.each(['refresh', 'refreshAhead'])('a %s has all the moments that a crash must be tried at, with one, two and three tabs', async (flow) => {
  for (const tabs of [1, 2, 3]) {
    const moments = (await rehearse(flow, tabs)).filter(({ tab }) => tab === 1)
    let from = 0
    for (const [what, where] of least) {
      const at = moments.findIndex((moment, index) => index >= from && keyOf(moment) === where)
      expect(at, `${what}, with ${tabs} tabs: ${where}`).toBeGreaterThanOrEqual(from)
      from = at
    }
  }
})

const keyOf = ({ name, phase }: Moment): string => `${phase} ${name}`
