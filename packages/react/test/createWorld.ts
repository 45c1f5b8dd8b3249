import { environment, type Environment } from '@tessera-auth/core'

type Wake = Parameters<Environment['wake']['subscribe']>[0]

/**
 * A page without a browser around it, that counts what it is asked for.
 * Clock and timers are the real ones, for fake timers to fake.
 */
export interface World {
  readonly environment: Environment
  /** Method and path of each request, in order. */
  readonly sent: readonly string[]
  /** Addresses that the page was told to leave for. */
  readonly left: readonly string[]
  /** The address bar. */
  href: string
  /** What the browser believes. */
  isOnline: boolean
  /** The servers. */
  respond: (request: Request) => Response | Promise<Response>
  /** Tells that the page may have slept. */
  readonly wake: Wake
  /** Listeners and timers that are still there. */
  readonly remains: () => { readonly timers: number; readonly listeners: number }
}

export function createWorld(href = 'https://app.example/'): World {
  const sent: string[] = []
  const left: string[] = []
  const items = new Map<string, string>()
  const timers = new Set<object>()
  const listeners = new Set<{ readonly call: Wake }>()

  const world: World = {
    sent,
    left,
    href,
    isOnline: true,
    respond: () => Response.json({ error: 'nothing is scripted' }, { status: 500 }),
    wake: (reason) => [...listeners].forEach(({ call }) => call(reason)),
    remains: () => ({ timers: timers.size, listeners: listeners.size }),
    environment: {
      ...environment,
      network: {
        isOnline: () => world.isOnline,
        fetch: async (request) => {
          sent.push(`${request.method} ${new URL(request.url).pathname}`)
          return world.respond(request)
        },
      },
      timer: {
        after(delayMs, run) {
          const entry = {}
          timers.add(entry)
          const cancel = environment.timer.after(delayMs, () => {
            timers.delete(entry)
            run()
          })
          return () => {
            timers.delete(entry)
            cancel()
          }
        },
      },
      wake: {
        subscribe(call) {
          const entry = { call }
          listeners.add(entry)
          return () => void listeners.delete(entry)
        },
      },
      tabStorage: {
        getItem: (key) => items.get(key) ?? null,
        setItem: (key, value) => void items.set(key, value),
        removeItem: (key) => void items.delete(key),
        keys: () => [...items.keys()],
      },
      page: {
        href: () => world.href,
        assign: (url) => void left.push(url),
        replace: (url) => {
          world.href = url
        },
        isBrowser: () => true,
        whenActivated: () => Promise.resolve(),
      },
    },
  }
  return world
}
