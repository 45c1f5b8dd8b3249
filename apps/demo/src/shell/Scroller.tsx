import type { ReactNode } from 'react'

interface ScrollerProps {
  /** Id of its heading. */
  readonly labelledBy: string
  /** Whether a change is read out. */
  readonly isLive?: boolean
  readonly children: ReactNode
}

/** A part of the page that scrolls by itself. */
export function Scroller({ labelledBy, isLive = false, children }: ScrollerProps): ReactNode {
  return (
    <div
      className="scroller"
      role="group"
      aria-labelledby={labelledBy}
      aria-live={isLive ? 'polite' : 'off'}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keys scroll only what has focus
      tabIndex={0}
    >
      {children}
    </div>
  )
}
