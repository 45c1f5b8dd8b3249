import { membersOf } from '../membersOf.ts'

/** What the timeline has a row for. */
export type Lane = (typeof lanes)[number]

/** The rows of the timeline, from top to bottom. */
export const lanes = ['session', 'refresh', 'request', 'refused', 'replay', 'lock', 'message'] as const

/** `open`: not over yet. */
export type Outcome = (typeof outcomes)[number]

const outcomes = ['open', 'done', 'failed'] as const

/** Something that was seen here. Holds no token, code, password or key. */
export interface Sighting {
  /** Of this tab: the same again is the same sighting, with its end. */
  readonly id: string
  readonly lane: Lane
  /** Epoch milliseconds, by the real clock. */
  readonly startedAt: number
  /** `null`: not over yet. */
  readonly endedAt: number | null
  readonly outcome: Outcome
  readonly text: string
}

/** A {@link Sighting}, and which tab saw it. */
export interface Mark extends Sighting {
  readonly tab: string
}

const longestText = 160

/** Epoch milliseconds. Beyond it there is no date (ECMAScript §21.4.1.1). */
export const latestAt = 8.64e15

/** As much of a text as a mark has. */
export function shorten(text: string): string {
  return text.slice(0, longestText)
}

/** What another tab says that it saw; `null` for anything else. */
export function parseMark(value: unknown): Mark | null {
  const { id, tab, lane, startedAt, endedAt, outcome, text } = membersOf(value)
  const knownLane = lanes.find((each) => each === lane)
  const knownOutcome = outcomes.find((each) => each === outcome)
  if (!isShort(id) || !isShort(tab) || knownLane === undefined || knownOutcome === undefined || typeof text !== 'string') return null
  if (!isInstant(startedAt) || !(endedAt === null || isInstant(endedAt))) return null
  return { id, tab, lane: knownLane, startedAt, endedAt, outcome: knownOutcome, text: shorten(text) }
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 40
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= latestAt
}
