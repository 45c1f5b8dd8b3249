import type { Cell } from '../createCell.ts'
import type { Readings } from '../facts/createReadings.ts'
import type { Feed } from '../feed/createFeed.ts'
import type { Instruments, Interference } from '../instruments/instruments.ts'

/** What the buttons of the panel do. */
export interface Actions extends Pick<Instruments, 'failNextRefresh' | 'setOffline' | 'skew' | 'unskew'>, Pick<Feed, 'signOutOthers'> {
  readonly interference: Pick<Cell<Interference>, 'get' | 'subscribe'>
  /** Has the access token count as expired, as after a sleep. */
  readonly expireNow: () => void
}

export function createActions(instruments: Instruments, readings: Readings, { signOutOthers }: Feed): Actions {
  const { interference, failNextRefresh, setOffline, skew, unskew, passTime } = instruments
  return {
    interference,
    failNextRefresh,
    setOffline,
    skew,
    unskew,
    signOutOthers,
    expireNow() {
      const { expiresAt } = readings.refresh()
      if (expiresAt !== null) passTime(Math.max(0, expiresAt - readings.nowAt()) + 1)
    },
  }
}
