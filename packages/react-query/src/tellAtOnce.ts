import { notifyManager } from '@tanstack/react-query'

/** Decides when observers are told of changes: what `notifyManager.setScheduler` takes. */
export type Scheduler = Parameters<typeof notifyManager.setScheduler>[0]

/**
 * Changes caches so that observers know before anybody else runs. They would be told after a timeout, which leaves time to paint a frame.
 *
 * @param scheduler What decides when they are told from then on.
 */
export function tellAtOnce(scheduler: Scheduler, change: () => void): void {
  notifyManager.setScheduler((tell) => tell())
  notifyManager.batch(() => {
    // The first to be told: at the end of this batch, or of one around it.
    notifyManager.schedule(() => notifyManager.setScheduler(scheduler))
    change()
  })
}
