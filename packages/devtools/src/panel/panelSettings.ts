import type { PanelMemory } from '../browser/panelPage.ts'
import { createCell, type Cell } from '../createCell.ts'
import { membersOf } from '../membersOf.ts'

/** The place of the panel and how it looks, from one visit to the next. */
export interface PanelSettings {
  readonly isOpen: boolean
  /** In CSS pixels. */
  readonly height: number
  /** Where its button is. */
  readonly side: (typeof sides)[number]
  readonly theme: (typeof themes)[number]
  /** How much of the past the timeline shows, in milliseconds. */
  readonly spanMs: (typeof spansMs)[number]
}

/** Chooses how the panel is from now on. */
export type Choose = (change: Partial<PanelSettings>) => void

export const sides = ['left', 'right'] as const
export const themes = ['system', 'light', 'dark'] as const
export const spansMs = [60_000, 600_000, 3_600_000] as const

export const lowest = 200

const initial: PanelSettings = { isOpen: false, height: 420, side: 'right', theme: 'system', spanMs: 60_000 }

/** Keeps them as long as the page, and longer where the browser lets it. */
export function createPanelSettings(memory: PanelMemory): Cell<PanelSettings> {
  const cell = createCell(parse(memory.read()))
  cell.subscribe(() => memory.write(JSON.stringify(cell.get())))
  return cell
}

/** Whatever is there, it does not throw. */
function parse(text: string | null): PanelSettings {
  const { isOpen, height, side, theme, spanMs } = membersOf(parseJson(text ?? 'null'))
  return {
    isOpen: isOpen === true,
    height: typeof height === 'number' && height >= lowest && height < 10_000 ? height : initial.height,
    side: sides.find((each) => each === side) ?? initial.side,
    theme: themes.find((each) => each === theme) ?? initial.theme,
    spanMs: spansMs.find((each) => each === spanMs) ?? initial.spanMs,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
