import type { ReactNode } from 'react'
import { lanes, type Lane, type Mark } from '../feed/mark.ts'
import { formatDuration } from './formatTime.ts'
import { tabNameOf, type TabName } from './tabNames.ts'
import { laneWords } from './words.ts'

interface ChartProps {
  readonly bars: readonly Bar[]
  readonly now: number
  readonly spanMs: number
}

/** A mark as it is drawn. */
export interface Bar {
  readonly mark: Mark
  readonly tab: TabName
  readonly endAt: number
}

/** A tab that was closed meanwhile does not tell the end of what it had begun. */
const longestUntoldMs = 60_000

/** @param number Of its tab. */
export function barOf(mark: Mark, number: number, now: number): Bar {
  const openUntilAt = number === 0 ? now : Math.min(now, mark.startedAt + longestUntoldMs)
  return { mark, tab: tabNameOf(number), endAt: mark.endedAt ?? openUntilAt }
}

const quarters = [1, 0.75, 0.5, 0.25]

/** A row for each kind of thing that happens, from a while ago to now. */
export function Chart({ bars, now, spanMs }: ChartProps): ReactNode {
  return (
    <div className="chart" role="img" aria-label={summaryOf(bars, spanMs)}>
      {lanes.map((lane) => (
        <div key={lane} className="lane">
          <span className="lane-name">{laneWords[lane]}</span>
          <span className="lane-track">
            {bars
              .filter(({ mark }) => mark.lane === lane)
              .map((bar) => (
                <BarMark key={`${bar.mark.tab} ${bar.mark.id}`} {...{ bar, now, spanMs }} />
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

function BarMark({ bar: { mark, tab, endAt }, now, spanMs }: Omit<ChartProps, 'bars'> & { readonly bar: Bar }): ReactNode {
  const share = (at: number): number => Math.min(1, Math.max(0, 1 - (now - at) / spanMs))
  const [start, end] = [share(mark.startedAt), share(endAt)]
  const style = { insetInlineStart: `${start * 100}%`, width: `${(end - start) * 100}%` }
  return <span className="mark" title={`${tab.name}: ${mark.text}`} style={style} data-outcome={mark.outcome} data-tab={tab.color} />
}

function summaryOf(bars: readonly Bar[], spanMs: number): string {
  const count = (lane: Lane): number => bars.filter(({ mark }) => mark.lane === lane).length
  const counts = lanes.filter((lane) => count(lane) > 0).map((lane) => `${laneWords[lane]}: ${count(lane)}`)
  return `The last ${formatDuration(spanMs)}. ${counts.join(', ') || 'Nothing happened'}.`
}
