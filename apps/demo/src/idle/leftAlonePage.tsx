import { createAuth } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { AuthProvider } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { api } from '../identityOrigin.ts'
import type { DemoPage } from '../methods/demoPage.ts'
import { passwordDoor } from '../methods/passwordDoor.ts'
import { choice } from '../settings/choice.ts'
import { SettingsPanel } from '../settings/SettingsPanel.tsx'
import { useSettings } from '../settings/useSettings.ts'
import { PageHeader } from '../shell/PageHeader.tsx'
import { LeftAlone } from './LeftAlone.tsx'

const path = '/left-alone'

const choices = {
  idle: choice('Idle time', [
    { value: '30', label: '30 s', hint: 'Warns 20 s before the end.' },
    { value: '120', label: '2 min', hint: 'Warns 1 min before the end.' },
  ]),
}

/** By the choice. Whoever is warned needs 20 seconds at least. */
const idleOptions = {
  '30': { idleMs: 30_000, warnMs: 20_000 },
  '120': { idleMs: 120_000, warnMs: 60_000 },
} as const

const auth = createAuth({ method: password(passwordDoor('3600')), api, storage: 'session', name: 'left-alone' })

/** A session that ends when nobody does anything. */
export const leftAlonePage: DemoPage = {
  path,
  name: 'Left alone',
  summary: 'Nobody touches the page for a while. It warns, counts down and signs out, in all tabs at once.',
  when: 'For computers that people share; where it is a rule, the server has to see to it too.',
  Page,
}

function Page(): ReactNode {
  const { name, summary, when } = leftAlonePage
  const [settings, onChoose] = useSettings(path, choices)
  return (
    <AuthProvider auth={auth}>
      <article className="page">
        <PageHeader title={name} lead={`${summary} ${when}`} />
        <SettingsPanel {...{ choices, settings, onChoose }} />
        <LeftAlone auth={auth} login={auth.login} options={idleOptions[settings.idle]} />
      </article>
    </AuthProvider>
  )
}
