import type { AuthErrorCode } from '../errors.ts'
import type { Circle, TokenRecord } from '../session/record.ts'
import type { TokenSet } from '../session/session.ts'
import { nothing, type ReadNews } from './news.ts'
import type { Left } from './publisher.ts'

/** A session of other tabs. */
export interface Visited<T extends TokenSet> {
  readonly circle: Circle
  readonly record: TokenRecord<T>
}

/** Looks at the session of other tabs, without taking part in it. */
export interface Visit<T extends TokenSet> {
  /** `null`: no tab has one, or lets in, or somebody has signed in since the sign-out here. Looks once. Never rejects. */
  readonly visit: () => Promise<Visited<T> | null>
}

/** How sessions of other tabs are found, and judged. */
export interface VisitOptions<T extends TokenSet> {
  readonly join: (isWanted: (circle: Circle) => boolean) => Promise<Circle | null>
  readonly news: ReadNews<T>
  /** When somebody last signed out here, in epoch milliseconds; `-Infinity`: nobody has. */
  readonly leftAt: () => number
}

interface LeavingOptions extends Pick<VisitOptions<TokenSet>, 'leftAt'> {
  readonly end: (left: Left, code: AuthErrorCode | null) => Promise<unknown>
}

export function createVisit<T extends TokenSet>({ join, news, leftAt }: VisitOptions<T>): Visit<T> {
  return {
    async visit() {
      const circle = await join(() => true)
      const found = circle === null ? null : await news(circle, nothing)
      if (circle === null || found?.type !== 'record') return null
      const visited = { circle, record: found.record }
      return isBefore(visited, leftAt()) === false ? null : visited
    },
  }
}

/** Whether somebody signed out here since: they meant this session as well, though it could not be found then. */
export function isLeft<T extends TokenSet>(options: LeavingOptions, { circle, record }: Visited<T>): boolean {
  const isBeforeThat = isBefore({ circle, record }, options.leftAt())
  if (isBeforeThat === true) void options.end({ circle, generation: record.generation, epoch: record.epoch }, null)
  return isBeforeThat !== false
}

/** Whether somebody signed in before an instant; `null`: it cannot be told, as there has been a refresh since. */
function isBefore<T extends TokenSet>({ circle, record }: Visited<T>, at: number): boolean | null {
  const isOfLogin = record.generation === record.epoch
  if (record.receivedAt < at) return true
  return circle.sinceAt >= at || isOfLogin ? false : null
}
