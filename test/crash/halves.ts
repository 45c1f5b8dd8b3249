import type { VisitEnvironment } from '@tessera-auth/testing'

/** Brings the bodies of answers in two halves, each in a task of its own. */
export interface Halves {
  /** The environment of a page whose answers come so. */
  readonly halving: (environment: VisitEnvironment, tabOf: () => number) => VisitEnvironment
  /** Calls `listener` when a page has half of a body, and when it has all of it. */
  readonly listen: (listener: (name: 'body.half' | 'body.whole', tab: number, detail: string) => void) => void
  /** Breaks off the bodies of which pages have but a half. */
  readonly reset: () => void
}

export function createHalves(): Halves {
  const open = new Set<() => void>()
  let tell: Parameters<Halves['listen']>[0] = () => {}

  const halve = async (response: Response, environment: VisitEnvironment, said: (name: 'body.half' | 'body.whole') => void): Promise<Response> => {
    if (response.body === null) return response
    const bytes = new Uint8Array(await response.arrayBuffer())
    const middle = bytes.length >> 1
    const begin = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      const breakOff = (): void => {
        stop()
        if (open.delete(breakOff)) controller.error(new TypeError('network error'))
      }
      const stop = environment.timer.after(0, () => {
        if (!open.delete(breakOff)) return
        controller.enqueue(bytes.subarray(middle))
        controller.close()
        said('body.whole')
      })
      open.add(breakOff)
      controller.enqueue(bytes.subarray(0, middle))
      said('body.half')
    }
    return new Response(new ReadableStream<Uint8Array>({ start: begin }), { status: response.status, headers: response.headers })
  }

  return {
    halving: (environment, tabOf) => ({
      ...environment,
      network: {
        ...environment.network,
        async fetch(request) {
          const response = await environment.network.fetch(request)
          return halve(response, environment, (name) => tell(name, tabOf(), request.url))
        },
      },
    }),
    listen: (listener) => void (tell = listener),
    reset: () => open.forEach((breakOff) => breakOff()),
  }
}
