const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** The local time of day, such as `12:03:04`. */
export function formatTime(at: number): string {
  return clock.format(at)
}
