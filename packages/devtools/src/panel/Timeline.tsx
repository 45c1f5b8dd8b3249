import type { ReactNode } from 'react'
import type { Cell } from '../createCell.ts'
import type { Readings } from '../facts/createReadings.ts'
import type { Feed } from '../feed/createFeed.ts'
import { lanes, type Lane, type Mark } from '../feed/mark.ts'
import { EventList } from './EventList.tsx'
import { formatDuration } from './formatTime.ts'
import { spansMs, type Choose, type PanelSettings } from './panelSettings.ts'
import { createTabNames, type TabName } from './tabNames.ts'
import { useCell, usePolled } from './useCell.ts'
import { laneWords } from './words.ts'

interface TimelineProps {
  readonly feed: Feed
  readonly readings: Readings
  readonly settings: Cell<PanelSettings>
  readonly choose: Choose
}

/** What happened in all tabs: a chart, and the same in words. */
export function Timeline({ feed, readings, settings, choose }: TimelineProps): ReactNode {
  const marks = useCell(feed.marks)
  const { spanMs } = useCell(settings)
  const now = usePolled(readings.every, 500, readings.realNowAt)
  const nameOf = createTabNames(feed.tab, marks)
  const tabs = [...new Map(marks.map(({ tab }) => [tab, nameOf(tab)])).values()]
  const shown = marks.filter(({ startedAt, endedAt }) => (endedAt ?? now) > now - spanMs && startedAt <= now + spanMs)
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
      <Chart {...{ marks: shown, now, spanMs, nameOf }} />
      <EventList marks={marks} tab={feed.tab} />
    </div>
  )
}

interface ChartProps {
  readonly marks: readonly Mark[]
  readonly now: number
  readonly spanMs: number
  readonly nameOf: (tab: string) => TabName
}

const quarters = [1, 0.75, 0.5, 0.25]

function Chart({ marks, now, spanMs, nameOf }: ChartProps): ReactNode {
  return (
    <div className="chart" role="img" aria-label={summaryOf(marks, spanMs)}>
      {lanes.map((lane) => (
        <div key={lane} className="lane">
          <span className="lane-name">{laneWords[lane]}</span>
          <span className="lane-track">
            {marks
              .filter((mark) => mark.lane === lane)
              .map((mark) => (
                <span key={`${mark.tab} ${mark.id}`} className="mark" title={`${nameOf(mark.tab).name}: ${mark.text}`} {...placeOf(mark, now, spanMs)} data-tab={nameOf(mark.tab).color} />
              ))}
          </span>
        </div>
      ))}
      <div className="axis">
        {quarters.map((quarter) => (
          <span key={quarter}>−{formatDuration(spanMs * quarter)}</span>
        ))}
        <span>now</span>
      </div>
    </div>
  )
}

function placeOf({ startedAt, endedAt, outcome }: Mark, now: number, spanMs: number): object {
  const share = (at: number): number => Math.min(1, Math.max(0, 1 - (now - at) / spanMs))
  const [start, end] = [share(startedAt), share(endedAt ?? now)]
  return { 'data-outcome': outcome, style: { insetInlineStart: `${start * 100}%`, width: `${(end - start) * 100}%` } }
}

function summaryOf(marks: readonly Mark[], spanMs: number): string {
  const count = (lane: Lane): number => marks.filter((mark) => mark.lane === lane).length
  const counts = lanes.filter((lane) => count(lane) > 0).map((lane) => `${laneWords[lane]}: ${count(lane)}`)
  return `The last ${formatDuration(spanMs)}. ${counts.join(', ') || 'Nothing happened'}.`
}
