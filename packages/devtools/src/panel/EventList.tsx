import { memo, type ReactNode } from 'react'
import type { Mark } from '../feed/mark.ts'
import { formatTime } from './formatTime.ts'
import { createTabNames } from './tabNames.ts'

interface EventListProps {
  readonly marks: readonly Mark[]
  readonly tab: string
}

const mostShown = 80

/** What the chart shows, in words, newest first. Not drawn again while time passes and nothing happens. */
export const EventList: (props: EventListProps) => ReactNode = memo(function EventList({ marks, tab: own }: EventListProps): ReactNode {
  const nameOf = createTabNames(own, marks)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- It scrolls, and nothing in it could have the focus.
    <div className="events" role="group" aria-label="Events" tabIndex={0}>
      {marks.length === 0 && <p className="hint">Nothing has happened yet.</p>}
      <ol>
        {marks
          .slice(-mostShown)
          .reverse()
          .map(({ id, tab, startedAt, endedAt, outcome, text }) => (
            <li key={`${tab} ${id}`} data-outcome={outcome}>
              <span className="event-time">{formatTime(startedAt)}</span>
              <span className="event-tab" data-tab={nameOf(tab).color}>
                {nameOf(tab).name}
              </span>
              <span className="event-text">{text}</span>
              {endedAt !== null && endedAt > startedAt && <span className="event-duration">{Math.ceil(endedAt - startedAt)} ms</span>}
            </li>
          ))}
      </ol>
    </div>
  )
})
