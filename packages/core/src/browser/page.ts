/** The address bar. */
export interface Page {
  /** The current address, or `null` where there is no page (Node, a worker). */
  readonly href: () => string | null
  /** Leaves for another address. */
  readonly assign: (url: string) => void
  /** Changes the address without loading, keeping the history entry and its state. */
  readonly replace: (url: string) => void
}

/** The real address bar. */
export const browserPage: Page = {
  href: () => (typeof document === 'undefined' ? null : location.href),
  assign: (url) => location.assign(url),
  replace: (url) => history.replaceState(history.state, '', url),
}
