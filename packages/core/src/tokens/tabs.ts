import type { Channels, Place } from '../browser/channel.ts'
import { quietly } from '../browser/quietly.ts'
import type { Sealing } from '../browser/sealing.ts'
import type { Timer } from '../browser/timer.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import type { Circle } from '../session/record.ts'
import { bytesOf } from './bytesOf.ts'
import { answerMs, createJoining, type Joining } from './joining.ts'
import { parseEntry, type Entry } from './ledger.ts'
import { parseTrouble } from './queue.ts'

/** What the tabs of an app say to each other. Nothing in it is secret: what must be told is sealed. */
export interface Tabs extends Pick<Joining, 'join'> {
  /** Begins to listen; does nothing when it does already, was closed, or where there are no channels. */
  readonly open: () => void
  /** For good. */
  readonly close: () => void
  /** Says that there is something newer of a circle: the entry itself where the others cannot look it up. */
  readonly announce: (id: string, entry: Entry | null) => void
  /** Has the others say what they know of a circle; settles when they had time to. */
  readonly ask: (id: string) => Promise<void>
  /** Says that a refresh failed for a reason that passes. */
  readonly warn: (error: AuthError) => void
  /** Says that somebody signed in, for tabs that may join. */
  readonly invite: () => void
}

export interface TabsOptions {
  readonly channels: Channels
  readonly timer: Timer
  readonly sealing: Sealing
  readonly name: string
  readonly onDegraded: (error: AuthError) => void
  /** The circle of this tab; only of it any news is heard. */
  readonly current: () => Circle | null
  /** Whether tabs without a session may join. */
  readonly sharesAcross: boolean
  readonly known: (id: string) => Entry | null
  /** There may be something newer; `entry`: what a tab says that there is. */
  readonly onNews: (circle: Circle, entry: Entry | null) => void
  /** Another tab of the circle could not refresh. */
  readonly onTrouble: (error: AuthError) => void
  /** Somebody signed in elsewhere. */
  readonly onInvited: () => void
}

export function createTabs(options: TabsOptions): Tabs {
  const { channels, timer, name, sharesAcross, onDegraded } = options
  let place: Place | null = null
  const closing = new AbortController()
  const { signal } = closing
  const post = (message: unknown): void => {
    try {
      place?.post(message)
    } catch {
      // A channel says something or it does not: nothing rests on it.
    }
  }
  const announce = (id: string, entry: Entry | null): void => post({ type: 'news', id, entry })
  const joining = createJoining({ ...options, post, signal })
  const hear = createHearer(options, joining, announce)

  return {
    open() {
      if (place !== null || signal.aborted) return
      try {
        place = channels.join(name, hear)
      } catch (cause) {
        onDegraded(new AuthError('storage_failed', 'There is no BroadcastChannel: tabs hear of each other late, or not at all. Allow storage.', { cause }))
      }
    },
    close() {
      closing.abort()
      quietly(() => place?.leave())
      place = null
    },
    announce,
    warn: ({ code, retryAfterMs }) => post({ type: 'trouble', id: options.current()?.id, code, retryAfterMs }),
    async ask(id) {
      if (place === null) return
      post({ type: 'ask', id })
      await withDeadline({ timer, deadlineMs: answerMs, signal }, () => new Promise<never>(() => {})).catch(() => {})
    },
    invite: () => sharesAcross && post({ type: 'invite' }),
    join: async (isWanted) => (sharesAcross && place !== null ? joining.join(isWanted).catch(() => null) : null),
  }
}

/** Takes messages, which may be anybody's. */
function createHearer(options: TabsOptions, joining: Joining, tell: Tabs['announce']): (message: unknown) => void {
  const { current, sharesAcross, known, onNews, onTrouble, onInvited } = options
  return (message) => {
    const { type, id, entry, publicKey, from, sealed } = membersOf(message)
    const circle = current()
    if (circle !== null && circle.id === id && type === 'news') onNews(circle, parseEntry(entry))
    // Also of a session that is over here: who asks may not know.
    if (type === 'ask' && typeof id === 'string' && known(id) !== null) tell(id, known(id))
    const trouble = circle !== null && circle.id === id && type === 'trouble' ? parseTrouble(message) : null
    if (trouble !== null) onTrouble(trouble)
    if (!sharesAcross) return
    if (type === 'invite') onInvited()
    const [key, sender, letter] = [bytesOf(publicKey), bytesOf(from), bytesOf(sealed)]
    if (type === 'join' && circle !== null && key !== null) joining.letIn(circle, key).catch(() => {})
    if (type === 'welcome' && sender !== null && letter !== null) joining.takeIn(sender, letter).catch(() => {})
  }
}
