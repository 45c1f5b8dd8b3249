import type { Environment } from '../browser/environment.ts'
import type { AuthErrorCode } from '../errors.ts'
import type { Circle, TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import { receivedAt } from './catchUp.ts'
import type { Holding } from './holding.ts'
import type { Left, Publication, Publish } from './publisher.ts'

/** Shares tokens with the tabs of this circle, or with tabs to come. Gives the generation that they got; `null`: too late. Never rejects. */
export type Share = (publication: Omit<Publication, 'circle' | 'after'>) => Promise<number | null>

interface ShareOptions {
  readonly environment: Environment
  readonly holding: Pick<Holding<TokenSet>, 'circle' | 'hasEntered' | 'enter' | 'generation' | 'held'>
  /** What the storage has. */
  readonly stored: () => Promise<TokenRecord | null>
  readonly publish: Publish
  readonly end: (left: Left, code: AuthErrorCode | null) => Promise<unknown>
  /** Says that somebody signed in. */
  readonly invite: () => void
}

/** Publishes with the circle of this tab; with that of the session which is stored here, though nobody has looked yet; or with a new one. */
export function createShare({ environment, holding, stored, publish, end, invite }: ShareOptions): Share {
  const { clock } = environment
  return async (publication) => {
    const own = holding.circle()
    // Somebody who signed in while this tab was alone did so then.
    const sinceAt = publication.wins ? clock.now().wallAt : receivedAt(holding, clock)
    const circle = own ?? (holding.hasEntered() ? null : await stored())?.circle ?? createCircle(environment, sinceAt)
    if (!publication.isWanted()) return null
    if (own === null) holding.enter(circle)
    const generation = await publish({ ...publication, circle, after: holding.generation() })
    if (generation === null) return null
    const isWanted = publication.isWanted()
    if (own === null && isWanted) invite()
    // Whoever signed out while it was being written could not know of it.
    if (!isWanted && holding.circle()?.id !== circle.id) await end({ circle, generation, epoch: publication.epochOf(generation) }, null)
    return generation
  }
}

function createCircle({ crypto }: Environment, sinceAt: number): Circle {
  return { id: crypto.random(), key: crypto.random(), sinceAt: Math.floor(sinceAt) }
}
