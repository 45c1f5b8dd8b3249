/** One thing that happened. Never holds a token, code, password or secret. */
export interface Activity {
  /** What was done, such as `refresh`. */
  readonly action: string
  /** Subject identifier; left out when nobody is known yet. */
  readonly user?: string | undefined
  /** Client or endpoint. */
  readonly where: string
  readonly outcome: string
}

/** Writes down one activity. */
export type RecordActivity = (activity: Activity) => void

const timeOfDay = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})

/** Gives each activity one line: local time, action, user, client or endpoint, outcome. */
export function createActivityLog(log: (line: string) => void): RecordActivity {
  return ({ action, user = '-', where, outcome }) => {
    const columns = [action.padEnd(13), user.padEnd(4), where.padEnd(22), outcome]
    log(`${timeOfDay.format(new Date())}  ${columns.map(oneLine).join('  ')}`)
  }
}

/** Some outcomes quote the request: a line break in them must not fake a second line. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
