import type { ReactNode } from 'react'
import type { Readings } from '../facts/createReadings.ts'
import type { RefreshFacts } from '../facts/facts.ts'
import { formatCountdown, formatDuration, formatTime } from './formatTime.ts'
import { usePolled } from './useCell.ts'
import { phaseWords } from './words.ts'

const tiles = Array.from({ length: 48 }, (_, index) => index)

/** The life of the access token as a ring of tiles: gone, left until the refresh, and left after it. */
export function RefreshRing({ readings }: { readonly readings: Readings }): ReactNode {
  const { refresh } = readings
  const facts = usePolled(readings.every, 250, refresh)
  const now = readings.nowAt()
  const { phase, receivedAt, expiresAt, refreshAt, code } = facts
  return (
    <div role="group" className="ring" aria-label="Refresh">
      <div className="ring-face">
        <svg viewBox="-50 -50 100 100" aria-hidden="true" focusable="false">
          {tiles.map((tile) => (
            <rect key={tile} x={-2.2} y={-48} width={4.4} height={9} transform={`rotate(${(tile + 0.5) * 7.5})`} data-part={partOf(tile, facts, now)} />
          ))}
        </svg>
        <p className="ring-text">
          <span className="ring-time">{countdownOf(facts, now)}</span> <span className="ring-caption">{captionOf(facts)}</span>
        </p>
      </div>
      <dl className="facts">
        <Fact name="Refresh" text={code === null ? phaseWords[phase] : `${phaseWords[phase]} (${code})`} isBad={code !== null} />
        <Fact name="Lifetime" text={receivedAt === null || expiresAt === null ? '–' : formatDuration(expiresAt - receivedAt)} />
        <Fact name="Received" text={timeOf(receivedAt)} />
        <Fact name="Refresh due" text={timeOf(refreshAt)} />
        <Fact name="Expires" text={timeOf(expiresAt)} />
      </dl>
    </div>
  )
}

function Fact({ name, text, isBad = false }: { readonly name: string; readonly text: string; readonly isBad?: boolean }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-bad={isBad}>{text}</dd>
    </div>
  )
}

function timeOf(at: number | null): string {
  return at === null ? '–' : formatTime(at)
}

function countdownOf({ phase, expiresAt, refreshAt }: RefreshFacts, now: number): string {
  const dueAt = refreshAt ?? expiresAt
  if (phase === 'refreshing') return '…'
  return dueAt === null ? '–' : formatCountdown(dueAt - now)
}

function captionOf({ phase, receivedAt, expiresAt, refreshAt }: RefreshFacts): string {
  if (phase === 'refreshing') return 'refreshing'
  if (refreshAt !== null) return phase === 'idle' ? 'until refresh' : 'until retry'
  if (expiresAt !== null) return 'until expiry'
  return receivedAt === null ? 'no token' : 'no expiry'
}

type Part = 'none' | 'spent' | 'left' | 'lead'

/** What a tile stands for; the first is at the top, where the token was received. */
function partOf(tile: number, { receivedAt, expiresAt, refreshAt }: RefreshFacts, now: number): Part {
  const endAt = expiresAt ?? refreshAt
  if (receivedAt === null || endAt === null || endAt <= receivedAt) return 'none'
  const tileAt = receivedAt + ((tile + 0.5) / tiles.length) * (endAt - receivedAt)
  if (tileAt < now) return 'spent'
  return refreshAt !== null && tileAt > refreshAt ? 'lead' : 'left'
}
