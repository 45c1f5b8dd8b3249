import { broadcastChannels, type Environment, type Place } from '@tessera-auth/core'
import { createCell, type Cell } from '../createCell.ts'
import type { DevtoolsAuth } from '../facts/facts.ts'
import { mask, secretsOf } from '../facts/mask.ts'
import type { Instruments } from '../instruments/instruments.ts'
import { membersOf } from '../membersOf.ts'
import { createEventWatch } from './eventWatch.ts'
import { createSightings } from './createSightings.ts'
import { parseMark, type Mark, type Sighting } from './mark.ts'

/** What happened here and in the other tabs that have the devtools. */
export interface Feed {
  /** In the order in which it began; the newest last. */
  readonly marks: Cell<readonly Mark[]>
  /** This tab, among those that {@link marks} name. */
  readonly tab: string
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
  const marks = createCell<readonly Mark[]>([])
  const tab = tabOf(base)
  const sightings = createSightings(base.clock, 'a')
  const watch = createEventWatch(sightings)

  const isOwn = (mark: Mark): boolean => mark.tab === tab
  const take = (mark: Mark): void => marks.set(withMark(marks.get(), mark))
  const line = joinLine(base, `tessera-devtools:${auth.name}`, (message) => {
    const { type, marks: told } = membersOf(message)
    if (type === 'hello') line.say({ type: 'marks', marks: marks.get().filter(isOwn).slice(-mostTold) })
    if (type === 'marks' && Array.isArray(told)) for (const each of told.slice(0, mostTold)) takeTold(parseMark(each))
    if (type === 'sign_out') leave(auth, instruments)
  })
  const takeTold = (mark: Mark | null): void => {
    if (mark !== null && !isOwn(mark)) take(mark)
  }
  const onSighting = (sighting: Sighting): void => {
    // No word of it should be a secret. Here it is made sure, before anybody else gets it.
    const text = mask(sighting.text, secretsOf(auth.tokens.current?.tokens))
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
    marks,
    tab,
    signOutOthers: () => line.say({ type: 'sign_out' }),
    stop() {
      for (const release of releases) release?.()
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
