import { useEffect, useId, useState, type ReactNode } from 'react'
import { formatDuration } from '../formatDuration.ts'
import './idle.css'

interface IdleWarningProps {
  /** `null`: there is nothing to warn of. */
  readonly remainingMs: number | null
  readonly stay: () => void
}

/** A click comes after the press that goes on: what lies below the warning must not get it. */
const lingerMs = 1_000

/** Warns that the session is about to end, over the page, and for a moment says that it goes on. */
export function IdleWarning({ remainingMs, stay }: IdleWarningProps): ReactNode {
  const isWarning = remainingMs !== null
  const [isShown, setShown] = useState(isWarning)
  if (isWarning && !isShown) setShown(true)
  useEffect(() => {
    if (isWarning) return
    const timer = setTimeout(() => setShown(false), lingerMs)
    return () => clearTimeout(timer)
  }, [isWarning])
  const headingId = useId()
  const labelId = useId()
  if (!isShown) return null
  return (
    <section className="panel idle-warning" aria-labelledby={headingId}>
      <h2 id={headingId}>{isWarning ? 'Are you still there?' : 'You stay signed in'}</h2>
      <p className="countdown-line">
        <span id={labelId}>Signed out in</span>
        <span role="timer" aria-labelledby={labelId} className="countdown-time" data-none={!isWarning}>
          {isWarning ? formatDuration(remainingMs) : '–'}
        </span>
      </p>
      <button type="button" className="primary" onClick={stay}>
        Stay signed in
      </button>
      <p className="hint">Any key or press on this page goes on too, in all tabs.</p>
      <Announcement remainingMs={remainingMs} />
    </section>
  )
}

const lastCallMs = 10_000

/** Says it twice, and not each second: when the warning comes, and shortly before the end. */
function Announcement({ remainingMs }: Pick<IdleWarningProps, 'remainingMs'>): ReactNode {
  const [firstMs] = useState(remainingMs ?? 0)
  const saidMs = remainingMs !== null && remainingMs <= lastCallMs ? Math.min(firstMs, lastCallMs) : firstMs
  return (
    <p role="alert" className="visually-hidden">
      {remainingMs === null ? 'You stay signed in.' : `Are you still there? You will be signed out in ${saidMs / 1_000} seconds.`}
    </p>
  )
}
