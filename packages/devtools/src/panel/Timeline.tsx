import type { ReactNode } from 'react'
import type { Cell } from '../createCell.ts'
import type { Readings } from '../facts/createReadings.ts'
import type { Feed } from '../feed/createFeed.ts'
import { barOf, Chart } from './Chart.tsx'
import { EventList } from './EventList.tsx'
import { formatDuration } from './formatTime.ts'
import { spansMs, type Choose, type PanelSettings } from './panelSettings.ts'
import { tabNameOf } from './tabNames.ts'
import { useCell, usePolled } from './useCell.ts'

interface TimelineProps {
  readonly feed: Feed
  readonly readings: Readings
  readonly settings: Cell<PanelSettings>
  readonly choose: Choose
}

/** What happened in all tabs: a chart, and the same in words. */
export function Timeline({ feed, readings, settings, choose }: TimelineProps): ReactNode {
  const { numberOf } = feed
  // However much happens, it is drawn but so often.
  const marks = usePolled(readings.every, 250, feed.marks)
  const { spanMs } = useCell(settings)
  const now = usePolled(readings.every, 500, readings.realNowAt)
  const tabs = [...new Set(marks.map(numberOf))].sort((one, other) => one - other).map(tabNameOf)
  const bars = marks.map((mark) => barOf(mark, numberOf(mark), now)).filter(({ endAt, mark }) => endAt > now - spanMs && mark.startedAt <= now + spanMs)
  return (
    <div role="group" className="column timeline" aria-label="Timeline">
      <div className="timeline-head">
        <h3>Timeline</h3>
        <ul className="legend" aria-label="Tabs">
          {tabs.map(({ name, color }) => (
            <li key={name} data-tab={color}>
              {name}
            </li>
          ))}
        </ul>
        <fieldset className="segments">
          <legend className="visually-hidden">Time shown</legend>
          {spansMs.map((each) => (
            <label key={each}>
              <input type="radio" name="span" checked={each === spanMs} onChange={() => choose({ spanMs: each })} />
              <span>{formatDuration(each)}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <Chart {...{ bars, now, spanMs }} />
      <EventList marks={marks} numberOf={numberOf} />
    </div>
  )
}
