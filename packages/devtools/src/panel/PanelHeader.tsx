import { forwardRef, type ForwardRefExoticComponent, type ReactNode, type Ref, type RefAttributes } from 'react'
import type { Cell } from '../createCell.ts'
import type { Facts } from '../facts/facts.ts'
import { BrandMark } from './BrandMark.tsx'
import { themes, type Choose, type PanelSettings } from './panelSettings.ts'
import { useCell } from './useCell.ts'

interface PanelHeaderProps {
  readonly name: string
  readonly facts: Facts
  readonly settings: Cell<PanelSettings>
  readonly choose: Choose
  readonly closeRef: Ref<HTMLButtonElement>
}

const themeNames = { system: 'as the system', light: 'light', dark: 'dark' }

/** Drawn on a grid of 16. */
const themeIcons = {
  system: 'M2.5 3.5h11v7h-11zM5.5 13.5h5',
  light: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  dark: 'M13.5 9.5a6 6 0 1 1-7-7 5 5 0 0 0 7 7z',
}
const toSide = { left: 'M10 3.5L5.5 8l4.5 4.5M2.5 3v10', right: 'M6 3.5L10.5 8 6 12.5M13.5 3v10' }
const cross = 'M3.5 3.5l9 9M12.5 3.5l-9 9'

/** Which auth it is and how it stands, and what can be chosen about the panel itself. */
export function PanelHeader({ name, facts, settings, choose, closeRef }: PanelHeaderProps): ReactNode {
  const { side, theme } = useCell(settings)
  const nextTheme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const otherSide = side === 'right' ? 'left' : 'right'
  return (
    <header className="header">
      <h2 className="title">
        <BrandMark />
        <span>Tessera</span> <span className="title-name">{name}</span>
      </h2>
      <p className="status" data-status={facts.status}>
        {facts.pending === null ? facts.status : `${facts.status}, signing in by ${facts.pending}`}
      </p>
      <IconButton path={themeIcons[theme]} name={`Theme: ${themeNames[theme]}. Change to ${themeNames[nextTheme]}`} onPress={() => choose({ theme: nextTheme })} />
      <IconButton path={toSide[otherSide]} name={`Put the button to the ${otherSide}`} onPress={() => choose({ side: otherSide })} />
      <IconButton ref={closeRef} path={cross} name="Close the Tessera devtools" onPress={() => choose({ isOpen: false })} />
    </header>
  )
}

interface IconButtonProps {
  readonly path: string
  readonly name: string
  readonly onPress: () => void
}

const IconButton: ForwardRefExoticComponent<IconButtonProps & RefAttributes<HTMLButtonElement>> = forwardRef(function IconButton(
  { path, name, onPress }: IconButtonProps,
  ref: Ref<HTMLButtonElement>,
): ReactNode {
  return (
    <button ref={ref} type="button" className="icon-button" title={name} onClick={onPress}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={path} />
      </svg>
      <span className="visually-hidden">{name}</span>
    </button>
  )
})
