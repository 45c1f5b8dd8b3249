import type { Clock } from '../browser/clock.ts'
import type { Timer } from '../browser/timer.ts'
import { longestNapMs } from '../tokens/schedule.ts'
import type { LastActivity } from './lastActivity.ts'
import { createQuestion, type QuestionOptions } from './question.ts'

/** What an app shows of an end that is near. Does not change before the warning. */
export interface IdleState {
  /** Whether the session is about to end. */
  readonly isWarning: boolean
  /** When it ends unless somebody does something, in epoch milliseconds; `null` without a warning. */
  readonly endsAt: number | null
  /** How long until then, in whole seconds, as milliseconds. `0`: the time is over, and the other tabs are asked. `null` without a warning. */
  readonly remainingMs: number | null
}

export const calm: IdleState = Object.freeze({ isWarning: false, endsAt: null, remainingMs: null })
const secondMs = 1_000

/** What is left until the end of a session in which nobody does anything. */
export interface Countdown {
  /** Looks at the clock, and again when there will be something to see: at once after anything that moves the end. */
  readonly look: () => void
  /** The same, where the page may have slept. */
  readonly onSlept: () => void
  readonly isOver: () => boolean
  readonly stop: () => void
}

export interface CountdownOptions extends Pick<QuestionOptions, 'tokens'> {
  readonly idleMs: number
  readonly warnMs: number
  readonly clock: Clock
  readonly timer: Timer
  readonly last: Pick<LastActivity, 'at' | 'idleForMs' | 'isOwn'>
  readonly show: (state: IdleState) => void
  /** Asks the other tabs. */
  readonly ask: () => void
  /** Nothing came of that. */
  readonly end: () => void
}

export function createCountdown({ idleMs, warnMs, clock, timer, tokens, last, show, ask, end }: CountdownOptions): Countdown {
  const leftMs = (): number => idleMs - last.idleForMs()
  const isOver = (): boolean => leftMs() <= 0
  let cancelTimer: (() => void) | null = null

  const look = (): void => {
    cancelTimer?.()
    const left = leftMs()
    show(left > warnMs ? calm : { isWarning: true, endsAt: last.at() + idleMs, remainingMs: Math.ceil(Math.max(0, left) / secondMs) * secondMs })
    if (left > 0) question.close()
    else if (question.isAnswered()) return end()
    else if (!question.isOpen()) {
      question.open(last.isOwn())
      ask()
    }
    const nextMs = left > 0 ? untilNextMs(left, warnMs) : question.waitMs()
    cancelTimer = timer.after(Math.min(nextMs, longestNapMs), look)
  }
  const question = createQuestion({ clock, tokens, isDue: isOver, put: look })

  return {
    look,
    onSlept() {
      question.doubt()
      look()
    },
    isOver,
    stop() {
      cancelTimer?.()
      question.stop()
      show(calm)
    },
  }
}

/** Until the warning, or the next whole second of it. */
function untilNextMs(left: number, warnMs: number): number {
  return Math.max(1, left > warnMs ? left - warnMs : left % secondMs || secondMs)
}
