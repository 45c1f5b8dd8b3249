/** A tab as the panel calls it. */
export interface TabName {
  readonly name: string
  /** 0 for this tab; others have 1 to 3 by turns. */
  readonly color: number
}

/** @param number 0 for this tab. */
export function tabNameOf(number: number): TabName {
  return number === 0 ? { name: 'This tab', color: 0 } : { name: `Tab ${number + 1}`, color: 1 + ((number - 1) % 3) }
}
