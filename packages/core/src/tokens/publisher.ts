import type { Clock } from '../browser/clock.ts'
import type { Sealing } from '../browser/sealing.ts'
import { AuthError, type AuthErrorCode } from '../errors.ts'
import { encodeEnding } from '../session/ending.ts'
import type { Circle } from '../session/record.ts'
import { contextOf, type Entry, type Ledger } from './ledger.ts'
import type { Tabs } from './tabs.ts'

/** What is to become the newest of a circle. */
export interface Publication {
  readonly circle: Circle
  /** The newest generation that is known. */
  readonly after: number
  /** The generation of the login that it comes from, of its own generation. */
  readonly epochOf: (generation: number) => number
  /** Text to seal. */
  readonly encode: (generation: number) => string
  readonly isWanted: () => boolean
  /** Whether it replaces whatever else has become the newest meanwhile. */
  readonly wins: boolean
  /** Whether the other tabs know it already, so that nobody need be told. Default `false`. */
  readonly isKnown?: boolean
}

/** Gives the generation that it got; `null` when it came too late. Never rejects. */
export type Publish = (publication: Publication) => Promise<number | null>

/** A session as this tab knew it last. */
export interface Left {
  readonly circle: Circle
  readonly generation: number
  readonly epoch: number
}

/** Says that the session is over, whatever else happened meanwhile, but for a later login. */
export function endingOf({ circle, generation, epoch }: Left, code: AuthErrorCode | null): Publication {
  return { circle, after: generation, epochOf: () => epoch, encode: (next) => encodeEnding(next, code), isWanted: () => true, wins: true }
}

const mostTries = 8

interface PublisherOptions {
  readonly clock: Clock
  readonly sealing: Sealing
  readonly ledger: Ledger
  readonly tabs: Tabs
  /** What is sealed in an entry; `null`: nothing that counts. */
  readonly open: (circle: Circle, entry: Entry) => Promise<string | null>
  readonly onDegraded: (error: AuthError) => void
}

/** Writes into the ledger, then says so. */
export function createPublisher({ ledger, tabs, sealing, clock, open, onDegraded }: PublisherOptions): Publish {
  const publish: Publish = async ({ circle, after, epochOf, encode, isWanted, wins, isKnown = false }) => {
    const { id, key } = circle
    let generation = after
    if (wins) ledger.retry()
    for (let tries = 0; tries < mostTries; tries++) {
      generation++
      const epoch = epochOf(generation)
      const sealed = await sealing.seal(encode(generation), key, contextOf({ generation, epoch }))
      const entry = { generation, epoch, sealed, at: Math.floor(clock.now().wallAt) }
      if (await ledger.write(id, entry, isWanted)) {
        // With the first of a circle.
        if (generation === 1) ledger.sweep()
        if (!isKnown) tabs.announce(id, ledger.isDegraded() ? entry : null)
        return generation
      }
      if (!wins || !isWanted()) return null
      const stored = await ledger.read(id)
      // What nobody with the key has written is written over.
      if (stored === null || (await open(circle, stored)) === null) continue
      // Somebody has signed in since.
      if (epoch < generation && (stored.epoch ?? 0) > epoch) return null
      generation = Math.max(generation, stored.generation)
    }
    return null
  }

  return async (publication) => {
    tabs.open()
    const next = publication.after + 1
    try {
      publication.encode(next)
    } catch {
      // It is no text for a storage either, which will say so.
      return next
    }
    try {
      return await publish(publication)
    } catch (cause) {
      onDegraded(new AuthError('insecure_context', 'Without Web Crypto the tabs of a session cannot share it: each refreshes for itself. Use https or localhost.', { cause }))
      return next
    }
  }
}
