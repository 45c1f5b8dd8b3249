import type { Channels } from '@tessera-auth/core'
import type { Sightings } from '../feed/createSightings.ts'
import { membersOf } from '../membersOf.ts'

interface ChannelInstruments {
  readonly sightings: Sightings
  /** Whether this tab is cut off: then it says nothing and hears nothing. */
  readonly isIsolated: () => boolean
}

/** Tells of messages among tabs which kind they are, and nothing of what is in them. */
export function instrumentChannels(channels: Channels, { sightings, isIsolated }: ChannelInstruments): Channels {
  return {
    join(name, listener) {
      const place = channels.join(name, (message) => {
        if (isIsolated()) return
        sightings.point('message', 'done', `Heard “${kindOf(message)}”`)
        listener(message)
      })
      return {
        leave: place.leave,
        post(message) {
          if (isIsolated()) return
          sightings.point('message', 'done', `Said “${kindOf(message)}”`)
          place.post(message)
        },
      }
    },
  }
}

function kindOf(message: unknown): string {
  const { type } = membersOf(message)
  return typeof type === 'string' && /^[a-z_]{1,20}$/.test(type) ? type : 'message'
}
