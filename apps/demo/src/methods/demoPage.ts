import type { ComponentType } from 'react'

/** A page of the demo, as the home page and the routes know it. */
export interface DemoPage {
  readonly path: `/${string}`
  readonly name: string
  /** What it is, in one sentence or two. */
  readonly summary: string
  /** When to choose it, and when not. */
  readonly when: string
  readonly Page: ComponentType
  /** At `/callback` below its page, for methods that leave and come back. */
  readonly Callback?: ComponentType
}
