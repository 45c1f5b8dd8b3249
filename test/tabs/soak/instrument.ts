/** What a page has open, as far as a script can count it. */
export interface Open {
  readonly timers: number
  readonly channels: number
  readonly connections: number
}

declare global {
  interface Window {
    stillOpen: () => Open
  }
}

/** Counts what a page opens and closes. Runs in the page, before its scripts; so it may not name anything from outside. */
export function instrument(): void {
  const timers = new Set<unknown>()
  const channels = new Set<unknown>()
  const connections = new Set<unknown>()

  const { setTimeout: after, setInterval: every, clearTimeout: cancel } = globalThis
  const clear = (id: number | undefined): void => {
    timers.delete(id)
    cancel(id)
  }
  Object.assign(globalThis, {
    setTimeout(run: (...values: unknown[]) => void, delayMs?: number, ...values: unknown[]) {
      const id: unknown = after(() => {
        timers.delete(id)
        run(...values)
      }, delayMs)
      timers.add(id)
      return id
    },
    setInterval(...given: Parameters<typeof every>) {
      const id: unknown = every(...given)
      timers.add(id)
      return id
    },
    clearTimeout: clear,
    // The two are one to the browser.
    clearInterval: clear,
    BroadcastChannel: class extends BroadcastChannel {
      constructor(name: string) {
        super(name)
        channels.add(this)
      }
      override close(): void {
        channels.delete(this)
        super.close()
      }
    },
  })

  const open = indexedDB.open.bind(indexedDB)
  indexedDB.open = (...given) => {
    const request = open(...given)
    request.addEventListener('success', () => {
      const { result } = request
      const close = result.close.bind(result)
      connections.add(result)
      result.close = () => {
        connections.delete(result)
        close()
      }
    })
    return request
  }

  window.stillOpen = () => ({ timers: timers.size, channels: channels.size, connections: connections.size })
}
