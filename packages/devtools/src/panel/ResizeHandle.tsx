import { useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import type { PanelPage } from '../browser/panelPage.ts'
import { lowest, type Choose } from './panelSettings.ts'
import { useCell } from './useCell.ts'

interface ResizeHandleProps {
  readonly height: number
  readonly viewHeight: PanelPage['viewHeight']
  readonly choose: Choose
}

const stepPx = 32

/** Leaves something of the page to see. */
const leftPx = 48

/** The upper edge of the panel, to be drawn by a pointer or moved by keys. */
export function ResizeHandle({ height, viewHeight, choose }: ResizeHandleProps): ReactNode {
  const [grip, setGrip] = useState<number | null>(null)
  const highest = Math.max(lowest, useCell(viewHeight) - leftPx)
  const resize = (next: number): void => choose({ height: Math.round(Math.min(highest, Math.max(lowest, next))) })
  const shown = Math.min(height, highest)

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = { ArrowUp: shown + stepPx, ArrowDown: shown - stepPx, Home: lowest, End: highest }[event.key]
    if (next === undefined) return
    event.preventDefault()
    resize(next)
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    setGrip(event.clientY + shown)
  }
  const drop = (): void => setGrip(null)
  return (
    <div
      className="resize-handle"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the panel"
      aria-valuemin={lowest}
      aria-valuemax={highest}
      aria-valuenow={shown}
      tabIndex={0}
      data-held={grip !== null}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={({ clientY }) => grip !== null && resize(grip - clientY)}
      onPointerUp={drop}
      onPointerCancel={drop}
    />
  )
}
