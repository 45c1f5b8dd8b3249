import { latestAt } from '../feed/mark.ts'

const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** An instant as 09:05:07; a dash for one that is too far away to have a date, as a server may say. */
export function formatTime(at: number): string {
  return Math.abs(at) <= latestAt ? clockTime.format(at) : '–'
}

/** What is left of a wait, as 0:45 or 1:02:03. It says 0:01 until it is over. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000))
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`
}

/** A duration as 45 s, 10 min or 1 h. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 120_000) return `${Math.round(durationMs / 1000)} s`
  const minutes = Math.round(durationMs / 60_000)
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`
}

function pad(part: number): string {
  return String(part).padStart(2, '0')
}
