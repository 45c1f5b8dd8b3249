import type { PageStorage } from '../browser/storage.ts'
import { membersOf } from '../ownMembers.ts'
import { isCount, membersOfText } from '../session/record.ts'
import type { StepUpChallenge } from '../session/stepUpChallenge.ts'

/** What came of a step-up: nothing yet, all that was asked for, or less. */
const results = ['begun', 'granted', 'insufficient_scope', 'insufficient_user_authentication'] as const

/** A step-up of a session, remembered so that nobody is sent round in circles. */
export interface Round {
  /** The session that it was of, and that it is of since it is over. */
  readonly family: string
  /** What was asked for, wherever. */
  readonly asked: string
  /** Addresses whose challenge was met. */
  readonly urls: readonly string[]
  /** Epoch milliseconds. */
  readonly at: number
  /** How often it was begun in a row. */
  readonly count: number
  readonly result: (typeof results)[number]
}

/** Remembers rounds across a redirect. */
export interface StepUpRounds {
  /** The round of this session for this; `undefined`: there was none. */
  readonly find: (mark: Pick<Round, 'family' | 'asked'>) => Round | undefined
  /** Remembers a round in place of an earlier one for the same. */
  readonly keep: (round: Round) => void
  /** Counts a round once less, as it failed in a way that can pass by itself. */
  readonly forgive: (mark: Pick<Round, 'family' | 'asked'>) => void
  /** A session goes on as another: so do its rounds. */
  readonly move: (from: string, to: string) => void
}

/** How long a round counts, in milliseconds, where what was asked for says nothing of time. */
export const roundLifeMs = 300_000

const key = 'stepUps'

/** Rounds, and addresses of one, that are remembered. */
const maxCount = 20

/** What a challenge asks for, as text that is equal for what is equal. */
export function askedOf({ scope, acrValues, maxAgeMs }: StepUpChallenge): string {
  return JSON.stringify([[...scope].sort(), acrValues ?? null, maxAgeMs ?? null])
}

/** The step-ups of this tab, the latest last: no text in the storage makes anything throw, and a storage that is full none either. */
export function stepUpRounds(scratch: PageStorage): StepUpRounds {
  const read = (): readonly Round[] => {
    const { rounds } = membersOfText(scratch.getItem(key) ?? '')
    return Array.isArray(rounds) ? rounds.filter(isRound) : []
  }
  const write = (rounds: readonly Round[]): void => {
    try {
      scratch.setItem(key, JSON.stringify({ rounds: rounds.slice(-maxCount) }))
    } catch {
      // A popup needs no storage.
    }
  }
  const rounds: StepUpRounds = {
    find: ({ family, asked }) => read().find((round) => round.family === family && round.asked === asked),
    keep(round) {
      const others = read().filter(({ family, asked }) => family !== round.family || asked !== round.asked)
      write([...others, { ...round, urls: round.urls.slice(-maxCount) }])
    },
    forgive(mark) {
      const round = rounds.find(mark)
      if (round !== undefined) rounds.keep({ ...round, count: round.count - 1 })
    },
    move: (from, to) => write(read().map((round) => (round.family === from ? { ...round, family: to } : round))),
  }
  return rounds
}

function isRound(value: unknown): value is Round {
  const { family, asked, urls, at, count, result } = membersOf(value)
  const isText = [family, asked].every((text) => typeof text === 'string')
  return isText && isCount(at) && isCount(count) && results.some((each) => each === result) && Array.isArray(urls) && urls.every((url) => typeof url === 'string')
}
