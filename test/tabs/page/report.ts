import { environment } from '@tessera-auth/core'
import type { Report } from './command.ts'

/** Over which the conductor reaches all tabs at once. */
export const channelName = 'test:conductor'

/** Tells the harness; again until it hears, as the browser may be offline. */
export async function report(said: Report): Promise<void> {
  await send('/report', JSON.stringify(said))
}

/** The answer, once there is one. */
export async function send(path: string, body: string): Promise<unknown> {
  for (;;) {
    try {
      const response = await fetch(path, { method: 'POST', body, cache: 'no-store' })
      return await response.json()
    } catch {
      await new Promise<void>((resolve) => void environment.timer.after(20, resolve))
    }
  }
}
