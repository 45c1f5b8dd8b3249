import { broadcastChannels, type Channels, type Place } from '../browser/channel.ts'
import { quietly } from '../browser/quietly.ts'
import { membersOf } from '../ownMembers.ts'

/** What the tabs of an app say to each other of being idle. Nothing in it is secret, and it is anybody's word. */
export interface IdleLine {
  /** Says when somebody last did something; with a question, those who know of something later answer. Epoch milliseconds. */
  readonly say: (at: number, isAsking: boolean) => void
  /** Says that the time is over, and of which login. */
  readonly sayOver: (family: string | undefined) => void
  readonly leave: () => void
}

interface IdleLineOptions {
  /** Of the auth. */
  readonly name: string
  readonly channels: Channels | undefined
  readonly hear: (at: number, isAsking: boolean) => void
  readonly hearOver: (family: unknown) => void
}

/** Where there are no channels, it is silent: each tab counts for itself. */
export function joinIdleLine({ name, channels = broadcastChannels, hear, hearOver }: IdleLineOptions): IdleLine {
  const listen = (message: unknown): void => {
    const { type, at, isAsking, family } = membersOf(message)
    if (type === 'active' && typeof at === 'number' && Number.isFinite(at)) hear(at, isAsking === true)
    if (type === 'over') hearOver(family)
  }
  const place = quietly<Place>(() => channels.join(`tessera:${name}:idle`, listen))
  const post = (message: object): void => void quietly(() => place?.post(message))
  return {
    say: (at, isAsking) => post({ type: 'active', at, isAsking }),
    sayOver: (family) => post({ type: 'over', family }),
    leave: () => place?.leave(),
  }
}
