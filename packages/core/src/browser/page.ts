import { isFramed } from './isFramed.ts'
import { pageRoster, type Resident } from './roster.ts'

/** The page, and its address bar. */
export interface Page {
  /** The current address, or `null` where there is no page (Node, a worker). */
  readonly href: () => string | null
  /** What `fetch` resolves relative addresses by: `<base>` may say so. Absent, or where it gives nothing: the current address. */
  readonly baseUrl?: (() => string | undefined) | undefined
  /** Leaves for another address. */
  readonly assign: (url: string) => void
  /** Changes the address without loading, keeping the history entry and its state. */
  readonly replace: (url: string) => void
  /** Whether this code was delivered to somebody's browser, to a page or a worker, so that nothing in it is secret. */
  readonly isBrowser: () => boolean
  /** Default: {@link whenActivated}. Named by the method that waits for it, so that others do not carry it. */
  readonly whenActivated?: ((signal: AbortSignal) => Promise<void>) | undefined
  /** Whether the page is in a frame of another origin. Absent: it is not. */
  readonly isFramed?: (() => boolean) | undefined
  /** Who is at work on this page: everybody of this library adds themselves. Absent: nobody looks. */
  readonly roster?: (() => Set<Resident>) | undefined
}

/** Where a page is. */
export type Place = Pick<Page, 'href' | 'baseUrl'>

/** The real page. */
export const browserPage: Page = {
  href: () => (typeof document === 'undefined' ? null : location.href),
  baseUrl: () => globalThis.document?.baseURI,
  assign: (url) => location.assign(url),
  replace: (url) => history.replaceState(history.state, '', url),
  // Pages and workers come from an address; programs of Node, Deno, Bun and edge servers have none.
  isBrowser: () => typeof location !== 'undefined',
  isFramed,
  roster: pageRoster,
}

/** What relative addresses resolve by; `undefined` where there is no page. */
export function baseOf(page: Place): string | undefined {
  return page.baseUrl?.() ?? page.href() ?? undefined
}

/** Resolves when a page that was loaded ahead of a click that may never come is really shown; at once for any other, and on an abort. */
export function whenActivated(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const isPrerendering = typeof document !== 'undefined' && 'prerendering' in document && document.prerendering === true
    if (!isPrerendering || signal.aborted) return resolve()
    document.addEventListener('prerenderingchange', () => resolve(), { once: true, signal })
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
