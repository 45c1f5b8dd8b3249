import { setTimeout as pause } from 'node:timers/promises'

const patienceMs = 30_000

/** To leave the processors to the browser. */
const betweenMs = 10

/** Asks again and again until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const late = AbortSignal.timeout(patienceMs)
  while (!(await isSo())) {
    if (late.aborted) throw new Error(`In ${patienceMs / 1000} s it did not come about that ${what}.`)
    await pause(betweenMs)
  }
}
