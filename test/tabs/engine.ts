/** A browser, driven: everything that its tabs do by themselves goes over the site. */
export interface Engine {
  /** A tab beside the others, with nothing of theirs in its sessionStorage. */
  readonly open: () => Promise<Tab>
  /** The tab that a click on this element opens, with a copy of this tab's sessionStorage; absent where it cannot be driven. */
  readonly clickOpen?: (tab: Tab, selector: string) => Promise<Tab>
  /** Whether the command line of a process says that it runs pages. */
  readonly runsPages: RegExp
  /** Takes the network away, or gives it back; absent where the engine has no such switch. */
  readonly setOffline?: (isOffline: boolean) => Promise<void>
  readonly close: () => Promise<void>
}

export interface Tab {
  readonly goto: (url: string) => Promise<void>
  /** The value of an expression in the page. */
  readonly evaluate: (expression: string) => Promise<unknown>
  readonly reload: () => Promise<void>
  /** Starts going back, and does not wait for the page. */
  readonly back: () => Promise<void>
  readonly close: () => Promise<void>
}
