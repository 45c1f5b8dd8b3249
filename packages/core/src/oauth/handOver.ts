import type { MethodContext } from '../methods/method.ts'
import { answerMessage, channelName, isReceived } from './answerMessage.ts'
import { popupsOf } from './popupsOf.ts'

/** A window that is still waiting says so at once. */
const patienceMs = 2_000

/**
 * In a popup: offers the address to the window that waits for it, and closes this window once it was taken.
 *
 * @returns Whether it was taken.
 */
export async function handOver(url: URL, state: string, ctx: MethodContext): Promise<boolean> {
  const popups = popupsOf(ctx)
  const line = popups.opener() ?? popups.channel(channelName(state))
  const releases: (() => void)[] = []
  const isTaken = await new Promise<boolean>((resolve) => {
    releases.push(
      line.subscribe((message) => {
        if (isReceived(message, state)) resolve(true)
      }),
      ctx.timer.after(patienceMs, () => resolve(false)),
    )
    line.post(answerMessage(url))
  })
  for (const release of releases) release()
  if (isTaken) popups.close()
  return isTaken
}
