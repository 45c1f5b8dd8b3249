import type { Clock } from '../browser/clock.ts'
import { elapsedSince, type Moment } from '../session/lifetime.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'

/** The question to the other tabs, before anybody is signed out: did somebody do something there, that was not heard here? */
export interface Question {
  /**
   * Puts it, or puts it again.
   *
   * @param isFirst Whether this is the tab where somebody last did something: it signs out first, and the others need not.
   */
  readonly open: (isFirst: boolean) => void
  readonly isOpen: () => boolean
  /**
   * Whether the others had time to answer. The question is put again when this page may have slept over it: once, as the timers of a
   * hidden page come late each time.
   */
  readonly isAnswered: () => boolean
  readonly waitMs: () => number
  /** The page may have slept: who looks late now was not awake. */
  readonly doubt: () => void
  /** It goes on: whoever waits for that may go on too. */
  readonly close: () => void
  readonly stop: () => void
}

/** How long an answer may take. */
const answerMs = 250
/** Who looks later than this was not awake to hear it. */
const longestLateMs = 2_000

interface Asked {
  readonly since: Moment
  readonly forMs: number
  readonly isAgain: boolean
  readonly settled: Promise<void>
  readonly settle: () => void
}

export interface QuestionOptions {
  readonly clock: Clock
  /** Nobody gets any until it is answered. */
  readonly tokens: Pick<TokenManager, 'guard'>
  readonly isDue: () => boolean
  /** Opens it. */
  readonly put: () => void
}

export function createQuestion({ clock: { now }, tokens, isDue, put }: QuestionOptions): Question {
  let asked: Asked | null = null
  const waitMs = (): number => (asked === null ? 0 : asked.forMs - elapsedSince(asked.since, now()))
  const isOpen = (): boolean => asked !== null && (asked.isAgain || waitMs() >= -longestLateMs)
  const pause = (): Promise<void> | null => {
    if (isDue() && !isOpen()) put()
    return asked?.settled ?? null
  }
  let unguard = tokens.guard(pause)
  const stop = (): void => {
    asked?.settle()
    asked = null
    unguard()
  }

  return {
    open(isFirst) {
      // Put again, it is still what somebody waits for.
      asked = { ...(asked ?? createWait()), since: now(), forMs: isFirst ? answerMs : 2 * answerMs, isAgain: asked !== null }
    },
    isOpen,
    isAnswered: () => isOpen() && waitMs() <= 0,
    waitMs: () => Math.max(1, waitMs()),
    doubt() {
      if (asked !== null) asked = { ...asked, isAgain: false }
    },
    close() {
      if (asked === null) return
      stop()
      unguard = tokens.guard(pause)
    },
    stop,
  }
}

function createWait(): Pick<Asked, 'settled' | 'settle'> {
  const done = new AbortController()
  const settled = new Promise<void>((resolve) => done.signal.addEventListener('abort', () => resolve()))
  return { settled, settle: () => done.abort() }
}
