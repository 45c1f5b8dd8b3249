import type { Mark } from '../feed/mark.ts'

/** A tab as the panel calls it. */
export interface TabName {
  readonly name: string
  /** 0 for this tab; others have 1 to 3 by turns. */
  readonly color: number
}

/** Names the tabs in the order in which they were heard of, as seen from the tab `own`. */
export function createTabNames(own: string, marks: readonly Mark[]): (tab: string) => TabName {
  const others = [...new Set(marks.map(({ tab }) => tab))].filter((tab) => tab !== own)
  return (tab) => {
    const index = others.indexOf(tab)
    return index === -1 ? { name: 'This tab', color: 0 } : { name: `Tab ${index + 2}`, color: 1 + (index % 3) }
  }
}
