import { useId, useSyncExternalStore, type ReactNode } from 'react'
import { formatTime } from '../formatTime.ts'
import { Scroller } from '../shell/Scroller.tsx'
import type { ActivityLog, LogEntry } from './activityLog.ts'

/** Everything that `auth.inspect` told, newest first. */
export function LogPanel({ log }: { readonly log: ActivityLog }): ReactNode {
  const headingId = useId()
  const entries = useSyncExternalStore(log.subscribe, log.read)
  return (
    <section className="panel log">
      <h2 id={headingId}>What happened</h2>
      <Scroller labelledBy={headingId}>
        {entries.length === 0 ? (
          <p className="empty">Nothing yet. Every event shows up here, newest first, and never a token.</p>
        ) : (
          <ol className="log-list">
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
      </Scroller>
    </section>
  )
}

function Entry({ entry }: { readonly entry: LogEntry }): ReactNode {
  const { at, type, words } = entry
  return (
    <li className="log-entry" data-type={type}>
      <time dateTime={new Date(at).toISOString()}>{formatTime(at)}</time>
      <span>
        <code>{type}</code> {words}
      </span>
    </li>
  )
}
