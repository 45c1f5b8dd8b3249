import type { Channels } from '@tessera-auth/core'
import type { Machine } from './machine.ts'
import { copyOf } from './recordTable.ts'
import type { Visit } from './visit.ts'

interface Seat {
  readonly name: string
  readonly visit: Visit
  readonly listener: (message: unknown) => void
}

/** The channels of an origin. */
export interface ChannelHub {
  readonly channelsOf: (visit: Visit) => Channels
  /** Names of the channels that the page is in. */
  readonly joinedBy: (visit: Visit) => readonly string[]
  /** All that was ever posted. */
  readonly posted: readonly unknown[]
  /** Says something to all pages, as if from another one. */
  readonly post: (name: string, message: unknown) => void
  readonly drop: (visit: Visit) => void
}

export function createChannelHub({ timeline, steps, faults, random, latencies }: Machine): ChannelHub {
  const seats = new Set<Seat>()
  const posted: unknown[] = []

  const latenessMs = (): number => (random.fraction() < faults.messageReordering ? random.fraction() * faults.messageLatenessMs : 0)
  const deliver = (seat: Seat, message: unknown): void => {
    const { visit, name, listener } = seat
    if (faults.messageLoss > 0 && random.fraction() < faults.messageLoss) return
    const copies = faults.messageDuplication > 0 && random.fraction() < faults.messageDuplication ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const delayMs = latencies.channelMs + (faults.messageReordering > 0 ? latenessMs() : 0)
      const hear = (): void => {
        if (seats.has(seat)) steps.take({ visit, name: 'channel.heard', detail: name }, () => listener(copyOf(message)))
      }
      timeline.schedule(hear, { delayMs, visit, isLostInCache: true })
    }
  }
  const post = (name: string, message: unknown, from: Seat | null): void => {
    posted.push(message)
    for (const seat of seats) {
      // Out of its channels while it lies in the back/forward cache.
      if (seat !== from && seat.name === name && seat.visit.state !== 'cached') deliver(seat, message)
    }
  }

  return {
    channelsOf: (visit) => ({
      join(name, listener) {
        if (faults.withoutChannels) throw new DOMException('There are no channels here.', 'SecurityError')
        const seat: Seat = { name, visit, listener }
        steps.take({ visit, name: 'channel.joined', detail: name }, () => seats.add(seat))
        return {
          post(message) {
            if (!seats.has(seat) || visit.state === 'cached') return
            const copy = copyOf(message)
            steps.take({ visit, name: 'channel.posted', detail: name }, () => post(name, copy, seat))
          },
          leave: () => void seats.delete(seat),
        }
      },
    }),
    joinedBy: (visit) => [...seats].filter((seat) => seat.visit === visit).map(({ name }) => name),
    posted,
    post: (name, message) => post(name, copyOf(message), null),
    drop(visit) {
      for (const seat of seats) {
        if (seat.visit === visit) seats.delete(seat)
      }
    },
  }
}
