'use client'

import { environment as realEnvironment, type Environment } from '@tessera-auth/core'
import { useEffect, type ReactNode } from 'react'
import type { DevtoolsAuth } from './facts/facts.ts'
import { createFeed } from './feed/createFeed.ts'
import { instrumentsOf } from './withDevtools.ts'

/** Properties of {@link TesseraDevtools}. */
export interface TesseraDevtoolsProps {
  /** Made by `createAuth`. */
  readonly auth: DevtoolsAuth
  /** What `createAuth` was given, made by {@link withDevtools}. Without it the panel can show less, and do nothing. */
  readonly environment?: Environment
}

/**
 * A button in a corner of the page, and a panel at its bottom that shows what an auth does. In a production build it is nothing at all.
 * Renders nothing where it stands, and never renders the app.
 *
 * @example
 * <TesseraDevtools auth={auth} environment={environment} />
 */
export function TesseraDevtools({ auth, environment = realEnvironment }: TesseraDevtoolsProps): ReactNode {
  useEffect(() => {
    const instruments = instrumentsOf(environment)
    // At once, so that it misses nothing while the panel is loaded.
    const feed = createFeed({ auth, base: instruments?.base ?? environment, instruments })
    let [isOver, unmount] = [false, (): void => {}]
    const show = async (): Promise<void> => {
      const { mountPanel } = await import('./panel/mountPanel.tsx')
      if (!isOver) unmount = mountPanel({ auth, environment, feed, instruments })
    }
    void show()
    return () => {
      isOver = true
      unmount()
      feed.stop()
    }
  }, [auth, environment])
  return null
}
