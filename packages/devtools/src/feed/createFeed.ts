import { broadcastChannels, type Environment, type Place } from '@tessera-auth/core'
import type { DevtoolsAuth } from '../facts/facts.ts'
import { mask, secretsOf } from '../facts/mask.ts'
import type { Instruments } from '../instruments/instruments.ts'
import { membersOf } from '../membersOf.ts'
import { createEventWatch } from './eventWatch.ts'
import { createSightings } from './createSightings.ts'
import { parseMark, shorten, type Mark, type Sighting } from './mark.ts'

/** What happened here and in the other tabs that have the devtools. */
export interface Feed {
  /** In the order in which it began; the newest last. */
  readonly marks: () => readonly Mark[]
  /** 0: this tab; the others by the order in which they were heard of. */
  readonly numberOf: (mark: Mark) => number
  /** Has the other tabs forget their session, without a word to the server. */
  readonly signOutOthers: () => void
  readonly stop: () => void
}

export interface FeedOptions {
  readonly auth: DevtoolsAuth
  /** Without instruments. */
  readonly base: Pick<Environment, 'clock' | 'crypto' | 'channels'>
  readonly instruments: Instruments | null
}

/** What is older is forgotten. */
const mostMarks = 500

/** What a tab that was just opened is told. */
const mostTold = 60

/** Watches an auth until it is stopped, and says in a channel of its own what it saw. */
export function createFeed({ auth, base, instruments }: FeedOptions): Feed {
  const tab = tabOf(base)
  const numbers = new Map([[tab, 0]])
  let marks: readonly Mark[] = []
  const sightings = createSightings(base)
  const watch = createEventWatch(sightings)

  const isOwn = (mark: Mark): boolean => mark.tab === tab
  const take = (mark: Mark): void => {
    if (!numbers.has(mark.tab)) numbers.set(mark.tab, numbers.size)
    marks = withMark(marks, mark)
  }
  const line = joinLine(base, `tessera-devtools:${auth.name}`, (message) => {
    const { type, marks: told } = membersOf(message)
    if (type === 'hello') line.say({ type: 'marks', marks: marks.filter(isOwn).slice(-mostTold) })
    if (type === 'marks' && Array.isArray(told)) for (const each of told.slice(0, mostTold)) takeTold(parseMark(each))
    if (type === 'sign_out') leave(auth, instruments)
  })
  const takeTold = (mark: Mark | null): void => {
    if (mark !== null && !isOwn(mark)) take(mark)
  }
  const onSighting = (sighting: Sighting): void => {
    // No word of it should be a secret. Here it is made sure, before anybody else gets it.
    const text = shorten(mask(sighting.text, secretsOf(auth.tokens.current?.tokens)))
    const mark = { ...sighting, text, tab }
    take(mark)
    line.say({ type: 'marks', marks: [mark] })
  }
  const releases = [
    sightings.subscribe(onSighting),
    instruments?.subscribe(onSighting),
    auth.inspect((event) => {
      instruments?.onEvent(event)
      watch(event)
    }),
  ]
  line.say({ type: 'hello' })
  return {
    marks: () => marks,
    numberOf: (mark) => numbers.get(mark.tab) ?? 0,
    signOutOthers: () => line.say({ type: 'sign_out' }),
    stop() {
      for (const release of releases) release?.()
      instruments?.onUnwatched()
      line.leave()
    },
  }
}

/** The others share the session, and go on: without instruments they could not. */
function leave({ tokens }: DevtoolsAuth, instruments: Instruments | null): void {
  if (instruments === null || tokens.current === null) return
  instruments.isolate()
  tokens.clear({ isElsewhere: true })
}

function withMark(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  const isSame = ({ id, tab }: Mark): boolean => id === mark.id && tab === mark.tab
  if (marks.some(isSame)) return marks.map((each) => (isSame(each) ? mark : each))
  // Those of other tabs may come late.
  return [...marks, mark].sort((one, other) => one.startedAt - other.startedAt).slice(-mostMarks)
}

const tabs = new WeakMap<object, string>()

/** One name for as long as the page, whichever auth it looks at. */
function tabOf(base: FeedOptions['base']): string {
  const tab = tabs.get(base) ?? base.crypto.random().slice(0, 8)
  tabs.set(base, tab)
  return tab
}

interface Line {
  readonly say: (message: unknown) => void
  readonly leave: () => void
}

/** Where there are no channels, this tab is alone. */
function joinLine({ channels = broadcastChannels }: Pick<Environment, 'channels'>, name: string, hear: (message: unknown) => void): Line {
  let place: Place | null = null
  try {
    place = channels.join(name, hear)
  } catch {
    return { say: () => {}, leave: () => {} }
  }
  const { post, leave: leavePlace } = place
  return { say: post, leave: leavePlace }
}
