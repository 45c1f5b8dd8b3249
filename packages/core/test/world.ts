import { environment as realEnvironment, type Environment } from '../src/browser/environment.ts'
import { preloadTabs } from '../src/tokens/loadSiblings.ts'
import { createEmitter } from '../src/browser/emitter.ts'
import { memoryStorage, type PageStorage } from '../src/browser/storage.ts'
import type { WakeReason } from '../src/browser/wake.ts'
import { createOrigin, type Origin } from './origin.ts'
import { quickSealing } from './quickSealing.ts'
import { createWindows, type FakeWindows } from './windows.ts'

// At once from the first test on.
await preloadTabs()

/** What a fake server does with a request. */
export type Answer = (request: Request) => Response | Promise<Response>

/** A page without a browser: time is vitest's (call `vi.useFakeTimers()`), the rest is here. */
export interface World {
  readonly environment: Environment
  readonly tabStorage: PageStorage
  /** Every request that was sent, in order. */
  readonly requests: Request[]
  /** Bodies of {@link requests}, as text. */
  readonly bodies: string[]
  /** Addresses that the page left for. */
  readonly left: string[]
  /** The windows beside this page. */
  readonly windows: FakeWindows
  /** What developers were warned of. */
  readonly warnings: string[]
  /** What pages of this origin have in common. */
  readonly origin: Origin
  answer: Answer
  href: string
  isOnline: boolean
  wake: (reason: WakeReason) => void
}

/** @param origin Of another world, for pages that share one. */
export function createWorld(origin: Origin = createOrigin()): World {
  const windows = createWindows(origin.lines)
  const wakes = createEmitter<WakeReason>()
  const tabStorage = memoryStorage()
  const world: World = {
    tabStorage,
    requests: [],
    bodies: [],
    left: [],
    windows,
    origin,
    warnings: [],
    href: 'https://app.example/home',
    isOnline: true,
    answer: () => {
      throw new Error('no answer was scripted')
    },
    wake: wakes.emit,
    environment: {
      ...realEnvironment,
      tabStorage,
      locks: origin.locks,
      channels: origin.channels,
      database: origin.database,
      sealing: quickSealing,
      warn: (text) => void world.warnings.push(text),
      wake: { subscribe: wakes.subscribe },
      popups: windows.popups,
      network: {
        isOnline: () => world.isOnline,
        async fetch(request) {
          world.requests.push(request.clone())
          world.bodies.push(await request.clone().text())
          return world.answer(request)
        },
      },
      page: {
        href: () => world.href,
        assign: (url) => void world.left.push(url),
        replace: (url) => void (world.href = url),
        isBrowser: () => true,
        whenActivated: () => Promise.resolve(),
      },
    },
  }
  return world
}

/** A promise settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
}

export function defer<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
