import { memo, type ReactNode } from 'react'
import type { Feed } from '../feed/createFeed.ts'
import type { Mark } from '../feed/mark.ts'
import { formatTime } from './formatTime.ts'
import { tabNameOf, type TabName } from './tabNames.ts'

interface EventListProps extends Pick<Feed, 'numberOf'> {
  readonly marks: readonly Mark[]
}

const mostShown = 80

/** What the chart shows, in words, newest first. Not drawn again while time passes and nothing happens. */
export const EventList: (props: EventListProps) => ReactNode = memo(function EventList({ marks, numberOf }: EventListProps): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- It scrolls, and nothing in it could have the focus.
    <div className="events" role="group" aria-label="Events" tabIndex={0}>
      {marks.length === 0 && <p className="hint">Nothing has happened yet.</p>}
      <ol>
        {marks
          .slice(-mostShown)
          .reverse()
          .map((mark) => (
            <Event key={`${mark.tab} ${mark.id}`} mark={mark} tab={tabNameOf(numberOf(mark))} />
          ))}
      </ol>
    </div>
  )
})

function Event({ mark, tab }: { readonly mark: Mark; readonly tab: TabName }): ReactNode {
  const { startedAt, endedAt, outcome, text } = mark
  return (
    <li data-outcome={outcome}>
      <span className="event-time">{formatTime(startedAt)}</span>
      <span className="event-tab" data-tab={tab.color}>
        {tab.name}
      </span>
      <span className="event-text">{text}</span>
      {endedAt !== null && endedAt > startedAt && <span className="event-duration">{Math.ceil(endedAt - startedAt)} ms</span>}
    </li>
  )
}
