import type { Environment } from '@tessera-auth/core'
import { createRoot } from 'react-dom/client'
import { panelPage } from '../browser/panelPage.ts'
import { createReadings } from '../facts/createReadings.ts'
import type { DevtoolsAuth } from '../facts/facts.ts'
import type { Feed } from '../feed/createFeed.ts'
import type { Instruments } from '../instruments/instruments.ts'
import { createActions } from './actions.ts'
import { Panel } from './Panel.tsx'
import { createPanelSettings } from './panelSettings.ts'
import { styles } from './styles/styles.ts'

/** Of the page: the panel may come and go, with one auth or another. */
const settings = createPanelSettings(panelPage.memory)

interface PanelOptions {
  readonly auth: DevtoolsAuth
  readonly environment: Environment
  readonly feed: Feed
  readonly instruments: Instruments | null
}

/**
 * Renders the panel into an element of its own, with a root of its own: nothing of it renders the app, nor does an error in it disturb
 * the app.
 *
 * @returns Takes it away.
 */
export function mountPanel({ auth, environment, feed, instruments }: PanelOptions): () => void {
  const host = panelPage.attach(styles)
  const applyTheme = (): void => host.setTheme(settings.get().theme)
  const release = settings.subscribe(applyTheme)
  applyTheme()
  const readings = createReadings({ auth, environment, instruments })
  const actions = instruments === null ? null : createActions(instruments, readings, feed)
  const root = createRoot(host.root)
  root.render(<Panel name={auth.name} {...{ readings, feed, actions, settings }} viewHeight={panelPage.viewHeight} />)
  return () => {
    release()
    readings.stop()
    host.remove()
    // React complains of a root that is unmounted while it renders another, which is when effects are cleaned up.
    void Promise.resolve().then(() => root.unmount())
  }
}
