import { AuthProvider } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { AnswerPanel } from '../api/AnswerPanel.tsx'
import { useAnswer } from '../api/useAnswer.ts'
import type { ActivityLog } from '../log/activityLog.ts'
import { LogPanel } from '../log/LogPanel.tsx'
import type { DemoAuth } from '../methods/demoAuth.ts'
import type { DemoMethod } from '../methods/demoMethod.ts'
import type { Settings } from '../settings/settings.ts'
import { SettingsPanel } from '../settings/SettingsPanel.tsx'
import { PageTitle } from '../shell/PageTitle.tsx'
import { Actions } from './Actions.tsx'
import { ClaimsPanel } from './ClaimsPanel.tsx'
import { Countdown } from './Countdown.tsx'
import { Person } from './Person.tsx'
import { StatusLine } from './StatusLine.tsx'

interface MethodPageLayoutProps {
  readonly method: DemoMethod
  readonly auth: DemoAuth
  readonly log: ActivityLog
  readonly settings: Settings
  readonly changeSettings: (settings: Settings) => void
  /** How one signs in with this method: a form or a button, named “Sign in”. */
  readonly signIn: ReactNode
}

/** The page of any method: its settings, its session, what the API answers, and what happened. */
export function MethodPage({ method, auth, log, settings, changeSettings, signIn }: MethodPageLayoutProps): ReactNode {
  return (
    <AuthProvider auth={auth}>
      <article className="page">
        <header className="page-header">
          <PageTitle title={method.name} />
          <p className="lead">{method.summary}</p>
        </header>
        <SettingsPanel settings={settings} onChange={changeSettings} />
        <Workbench {...{ auth, log, signIn }} />
        {/* Other settings mean another auth, with claims of its own. */}
        <ClaimsPanel key={`${settings.lifetime} ${settings.storage}`} auth={auth} />
      </article>
    </AuthProvider>
  )
}

function Workbench({ auth, log, signIn }: Pick<MethodPageLayoutProps, 'auth' | 'log' | 'signIn'>): ReactNode {
  const [answer, ask, forget] = useAnswer()
  return (
    <>
      <section className="panel session" aria-labelledby="session-heading">
        <h2 id="session-heading" className="visually-hidden">
          Session
        </h2>
        <StatusLine />
        <div className="session-sign-in">{signIn}</div>
        <div className="session-state">
          <Person />
          <Countdown />
        </div>
        <Actions auth={auth} onAsk={ask} onForget={forget} />
      </section>
      <AnswerPanel answer={answer} />
      <LogPanel log={log} />
    </>
  )
}
