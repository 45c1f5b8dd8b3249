import { useState, type ReactNode } from 'react'
import type { Readings } from '../facts/createReadings.ts'
import type { Actions } from './actions.ts'
import { formatDuration } from './formatTime.ts'
import { useCell, usePolled } from './useCell.ts'

interface ControlsProps {
  readonly actions: Actions | null
  readonly readings: Readings
}

/** Makes things happen that are hard to wait for. */
export function Controls({ actions, readings }: ControlsProps): ReactNode {
  return (
    <div role="group" className="controls" aria-label="Try it">
      {actions === null ? (
        <p className="hint">
          To expire tokens, fail a refresh, go offline, skew the clock or sign out other tabs from here, make an environment with{' '}
          <code>withDevtools()</code>, and give it to <code>createAuth(options, environment)</code> and to this panel.
        </p>
      ) : (
        <Buttons actions={actions} readings={readings} />
      )}
    </div>
  )
}

const skewMs = 300_000

function Buttons({ actions, readings }: { readonly actions: Actions; readonly readings: Readings }): ReactNode {
  const { isFailing, isOffline, skewMs: skewedMs } = useCell(actions.interference)
  const hasExpiry = usePolled(readings.every, 250, readings.refresh).expiresAt !== null
  const [said, say] = useState('')
  const act = (words: string, run: () => void) => (): void => {
    run()
    say(words)
  }
  const skew = (byMs: number): (() => void) => act(`The clock is moved: ${signed(skewedMs + byMs)}.`, () => actions.skew(byMs))
  return (
    <>
      <div className="buttons">
        <SometimesButton isOff={!hasExpiry} onPress={act('The access token counts as expired.', actions.expireNow)}>
          Expire now
        </SometimesButton>
        <button type="button" aria-pressed={isFailing} onClick={() => actions.failNextRefresh(!isFailing)}>
          Fail the next refresh
        </button>
        <button type="button" aria-pressed={isOffline} onClick={() => actions.setOffline(!isOffline)}>
          Go offline
        </button>
        <button type="button" onClick={act('The other tabs were told to forget their session.', actions.signOutOthers)}>
          Sign out other tabs
        </button>
      </div>
      <div className="skew" role="group" aria-label="Skew the clock">
        <button type="button" onClick={skew(-skewMs)}>
          −5 min
        </button>
        <SometimesButton isOff={skewedMs === 0} onPress={act('The clock is right again.', actions.unskew)}>
          Clock {signed(skewedMs)}
          {skewedMs !== 0 && <span className="visually-hidden">: put it right</span>}
        </SometimesButton>
        <button type="button" onClick={skew(skewMs)}>
          +5 min
        </button>
      </div>
      <p className="hint" aria-live="polite">
        {said}
      </p>
    </>
  )
}

interface SometimesButtonProps {
  readonly isOff: boolean
  readonly onPress: () => void
  readonly children: ReactNode
}

/** A button that may have nothing to do. It keeps the focus then, which one that is disabled loses. */
function SometimesButton({ isOff, onPress, children }: SometimesButtonProps): ReactNode {
  return (
    <button type="button" aria-disabled={isOff} onClick={() => !isOff && onPress()}>
      {children}
    </button>
  )
}

function signed(durationMs: number): string {
  if (durationMs === 0) return '±0'
  return `${durationMs < 0 ? '−' : '+'}${formatDuration(Math.abs(durationMs))}`
}
