/** Sends requests. */
export interface Network {
  readonly fetch: (request: Request) => Promise<Response>
  /**
   * What the browser believes. A hint for words on a screen: it is wrong behind captive portals and on some desktops.
   */
  readonly isOnline: () => boolean
}

/** The real network: `fetch` as it is at the call, so that instrumentation installed later is used. */
export const systemNetwork: Network = {
  fetch: (request) => globalThis.fetch(request),
  isOnline: () => globalThis.navigator?.onLine ?? true,
}
