import { useEffect, useRef, type KeyboardEvent, type ReactNode, type Ref } from 'react'
import type { PanelPage } from '../browser/panelPage.ts'
import type { Cell } from '../createCell.ts'
import type { Readings } from '../facts/createReadings.ts'
import type { Feed } from '../feed/createFeed.ts'
import type { Actions } from './actions.ts'
import { BrandMark } from './BrandMark.tsx'
import { Controls } from './Controls.tsx'
import { Diagnosis } from './Diagnosis.tsx'
import { PanelHeader } from './PanelHeader.tsx'
import type { Choose, PanelSettings } from './panelSettings.ts'
import { RefreshRing } from './RefreshRing.tsx'
import { ResizeHandle } from './ResizeHandle.tsx'
import { SessionView } from './SessionView.tsx'
import { Timeline } from './Timeline.tsx'
import { useCell } from './useCell.ts'

/** Properties of {@link Panel}. */
export interface PanelProps {
  readonly name: string
  readonly readings: Readings
  readonly feed: Feed
  /** `null`: the environment has no instruments. */
  readonly actions: Actions | null
  readonly settings: Cell<PanelSettings>
  readonly viewHeight: PanelPage['viewHeight']
}

/** The button and, once that was pressed, the panel. */
export function Panel(props: PanelProps): ReactNode {
  const { settings } = props
  const { isOpen, side } = useCell(settings)
  const launcher = useRef<HTMLButtonElement>(null)
  const close = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(isOpen)
  useEffect(() => {
    // Not when the page has just loaded: then the focus is its own affair.
    if (wasOpen.current !== isOpen) (isOpen ? close : launcher).current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  const choose: Choose = (change) => settings.set({ ...settings.get(), ...change })

  return (
    <aside aria-label="Tessera devtools">
      {isOpen ? (
        <OpenPanel {...props} choose={choose} closeRef={close} />
      ) : (
        <button ref={launcher} type="button" className="launcher" data-side={side} aria-expanded={false} onClick={() => choose({ isOpen: true })}>
          <BrandMark />
          <span className="visually-hidden">Open the Tessera devtools</span>
        </button>
      )}
    </aside>
  )
}

interface OpenPanelProps extends PanelProps {
  readonly choose: Choose
  readonly closeRef: Ref<HTMLButtonElement>
}

function OpenPanel({ name, readings, feed, actions, settings, viewHeight, choose, closeRef }: OpenPanelProps): ReactNode {
  const { height } = useCell(settings)
  const facts = useCell(readings.facts)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    // What it closes in the app stays open.
    event.stopPropagation()
    choose({ isOpen: false })
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- Escape closes from wherever in it the focus is.
    <div className="panel" style={{ height }} onKeyDown={onKeyDown}>
      <ResizeHandle {...{ height, viewHeight, choose }} />
      <PanelHeader {...{ name, facts, settings, choose, closeRef }} />
      <div className="columns">
        <div className="column">
          <RefreshRing readings={readings} />
          <Controls actions={actions} readings={readings} />
          <Diagnosis readings={readings} />
        </div>
        <SessionView facts={facts} />
        <Timeline {...{ feed, readings, settings, choose }} />
      </div>
    </div>
  )
}
