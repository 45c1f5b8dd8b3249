import { parseHttpDate } from '../session/httpDate.ts'
import type { Finding } from '../session/finding.ts'
import { timeApart } from '../session/timeApart.ts'

/** As far as clocks may be apart; ID tokens allow as much. */
const toleranceMs = 60_000

/** Compares the clock of a server with the one here, where its answer tells: another origin has to expose `Date` and `Age` for that. */
export function clockFindings(url: string, { headers }: Response, nowAt: number): readonly Finding[] {
  const sentAt = parseHttpDate(headers.get('date') ?? '')
  const ageMs = Number(headers.get('age') ?? 0) * 1000
  if (sentAt === null || !(ageMs >= 0)) return []
  const aheadMs = nowAt - sentAt - ageMs
  if (Math.abs(aheadMs) <= toleranceMs) return []
  const message = `The clock of this device is ${timeApart(aheadMs)} that of ${new URL(url).origin}: logins may fail with clock_skew, and tokens run out at the wrong time.`
  return [{ code: 'clock_wrong', severity: 'warning', message, cure: 'Have the device, or that server, set its clock by the network.' }]
}
