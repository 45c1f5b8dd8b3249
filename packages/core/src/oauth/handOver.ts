import type { Line } from '../browser/popup.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import type { MethodContext } from '../methods/method.ts'
import { answerMessage, channelName, isReceived } from './answerMessage.ts'
import { popupsOf } from './popupsOf.ts'

/** A window that is still waiting says so at once. */
const patienceMs = 2_000

/**
 * In a popup: offers the address to the window that waits for it, and closes this window once it was taken. That window need not
 * be the one which opened this one: the provider may have opened a window of its own.
 *
 * @returns Whether it was taken.
 */
export async function handOver(url: URL, state: string, ctx: MethodContext): Promise<boolean> {
  const popups = popupsOf(ctx)
  const releases: (() => void)[] = []
  const isReceivedOn = (line: Line): Promise<boolean> =>
    new Promise((resolve) => {
      const unsubscribe = line.subscribe((message) => {
        if (isReceived(message, state)) resolve(true)
      })
      releases.push(unsubscribe)
      line.post(answerMessage(url))
    })
  const lines = [popups.opener(), popups.channel(channelName(state))].filter((line) => line !== null)
  const deadline = { timer: ctx.timer, deadlineMs: patienceMs, signal: ctx.signal }
  // Any: where site data is blocked, a browser may refuse the channel.
  const isTaken = await withDeadline(deadline, () => Promise.any(lines.map(isReceivedOn))).catch(() => false)
  for (const release of releases) release()
  if (isTaken) popups.close()
  return isTaken
}
