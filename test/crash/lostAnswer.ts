import type { Moment } from './moments.ts'
import type { Run } from './run.ts'

/**
 * Whether what was injected cost a page the answer to a refresh: the server had replaced the refresh token, or was going to, and the
 * successor was not durable yet, or could not be looked up. No client can tell then whether its token is still good.
 */
export function isAnswerLost({ world, step, flow, injection }: Run): boolean {
  const { all } = world.moments
  const struck = all[step]
  if (struck === undefined) return false
  const { losesAnswersSince, isBetweenTasks, hidesLedger } = injection
  const tabs = [...new Set(all.map(({ tab }) => tab))]
  const next = all.findIndex((moment, index) => index > step && moment.tab === struck.tab && moment.isFirst)
  const at = isBetweenTasks === true ? (next < 0 ? all.length : next) - 1 : step
  const past = (tab: number): readonly Moment[] => all.slice(0, at + 1).filter((moment) => moment.tab === tab)
  if (hidesLedger === true && flow.isBehind === true) return tabs.some((tab) => !past(tab).some(({ name }) => name === 'database.committed'))
  if (losesAnswersSince === undefined) return false
  if (isBetweenTasks === true && hasBothLocks(past(struck.tab))) return true
  return (losesAnswersSince === 'sent' ? [struck.tab] : tabs).some((tab) => isOpen(past(tab), losesAnswersSince))
}

/** Whether a refresh of this tab has been begun, and its answer is not durable. */
function isOpen(past: readonly Moment[], since: 'sent' | 'served' | 'granted'): boolean {
  const lastOf = (name: Moment['name'], phase: Moment['phase'], detail = ''): number =>
    past.findLastIndex((moment) => moment.name === name && moment.phase === phase && moment.detail.includes(detail))
  const begun = { sent: lastOf('fetch.sent', 'after', '/refresh'), served: lastOf('fetch.committed', 'after', '/refresh'), granted: lastOf('lock.granted', 'before') }[since]
  const update = past.findIndex(({ name }, index) => index > begun && name === 'database.update')
  const isDurable = update >= 0 && past.slice(update).some(({ name, phase }) => name === 'database.committed' && phase === 'after')
  return begun >= 0 && !isDurable
}

/** Whether the page stopped just as it passed the second lock, which was then given to it as well: nothing keeps apart those who wait in vain for either. */
function hasBothLocks(past: readonly Moment[]): boolean {
  const [last] = past.filter(({ name, detail }) => name.startsWith('lock.') && detail.endsWith(':late')).slice(-1)
  return last !== undefined && last.name !== 'lock.released'
}
