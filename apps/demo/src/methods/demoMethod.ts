import type { ComponentType } from 'react'
import type { Settings } from '../settings/settings.ts'

/** A way to sign in, with its pages: one entry in the list of methods. */
export interface DemoMethod {
  /** Of its page, and of everything below it. */
  readonly path: `/${string}`
  readonly name: string
  /** What it is and when to choose it. */
  readonly summary: string
  readonly defaults: Settings
  readonly Page: ComponentType<MethodPageProps>
  /** At `/callback` below its page, for methods that leave and come back. */
  readonly Callback?: ComponentType<MethodPageProps>
}

/** What the pages of a method are given. */
export interface MethodPageProps {
  readonly method: DemoMethod
}
