import type { Command } from './command.ts'
import { channelName, report, send } from './report.ts'

/** A page without a session: hands on what the harness says, so that all tabs hear it at once. */
async function conduct(): Promise<never> {
  const channel = new BroadcastChannel(channelName)
  for (let last = 0; ; ) {
    const commands = (await send('/commands', String(last))) as readonly Command[]
    for (const command of commands) {
      last = command.nonce
      if (command.type === 'locks') await tellLocks(command.nonce)
      else channel.postMessage(command)
    }
  }
}

async function tellLocks(nonce: number): Promise<void> {
  const { held = [] } = await navigator.locks.query()
  await report({ nonce, tab: 'conductor', page: 'conductor', held: held.flatMap(({ name }) => name ?? []) })
}

await conduct()
