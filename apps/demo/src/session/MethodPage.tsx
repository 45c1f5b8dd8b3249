import { TesseraDevtools } from '@tessera-auth/devtools'
import { AuthProvider } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import type { Question } from '../api/answer.ts'
import { environment } from '../environment.ts'
import type { ActivityLog } from '../log/activityLog.ts'
import type { DemoAuth } from '../methods/demoAuth.ts'
import type { Choices } from '../settings/choice.ts'
import { SettingsPanel } from '../settings/SettingsPanel.tsx'
import { PageHeader } from '../shell/PageHeader.tsx'
import { ClaimsPanel } from './ClaimsPanel.tsx'
import { OtherTab } from './OtherTab.tsx'
import type { SessionLook } from './sessionLook.ts'
import { Workbench } from './Workbench.tsx'

interface MethodPageProps {
  readonly name: string
  /** What it is about. */
  readonly lead: string
  readonly auth: DemoAuth
  readonly log: ActivityLog
  readonly look: SessionLook
  readonly choices: Choices
  readonly settings: Readonly<Record<string, string>>
  readonly onChoose: (name: string, value: string) => void
  readonly signIn: ReactNode
  readonly extras: readonly Question[]
  /** What only this method shows. */
  readonly more?: ReactNode
}

/** The page of any method: its settings, its session, what the API answers, and what happened. */
export function MethodPage(props: MethodPageProps): ReactNode {
  const { name, lead, auth, log, look, choices, settings, onChoose, signIn, extras, more } = props
  // Other settings mean another auth, with claims of its own.
  const key = Object.values(settings).join(' ')
  return (
    <AuthProvider auth={auth}>
      <TesseraDevtools auth={auth} environment={environment} />
      <article className="page">
        <PageHeader title={name} lead={lead} />
        {key !== '' && <SettingsPanel {...{ choices, settings, onChoose }} />}
        <Workbench {...{ auth, log, look, signIn, extras }} otherTab={<OtherTab kept={look.isCookie ? 'cookie' : settings['storage']} />} />
        {more}
        <ClaimsPanel key={key} auth={auth} noClaims={look.noClaims} />
      </article>
    </AuthProvider>
  )
}
