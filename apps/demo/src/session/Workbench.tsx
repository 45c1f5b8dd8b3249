import { useId, type ReactNode } from 'react'
import { AnswerPanel } from '../api/AnswerPanel.tsx'
import type { Question } from '../api/answer.ts'
import { useAnswer } from '../api/useAnswer.ts'
import type { ActivityLog } from '../log/activityLog.ts'
import { LogPanel } from '../log/LogPanel.tsx'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { Actions } from './Actions.tsx'
import { Countdown } from './Countdown.tsx'
import { Person } from './Person.tsx'
import type { SessionLook } from './sessionLook.ts'
import { StatusLine } from './StatusLine.tsx'

interface WorkbenchProps {
  readonly auth: DemoAuth
  readonly log: ActivityLog
  readonly look: SessionLook
  /** How one signs in: a form or a button, named “Sign in”. */
  readonly signIn: ReactNode
  readonly extras?: readonly Question[]
  /** How to have the same session in another tab. */
  readonly otherTab?: ReactNode
  /** Shown above the session, where a page has several. */
  readonly title?: string
}

/** A session, what the API answers to it, and what happened. */
export function Workbench({ auth, log, look, signIn, extras, otherTab, title }: WorkbenchProps): ReactNode {
  const [answer, ask, forget] = useAnswer()
  const headingId = useId()
  return (
    <>
      <section className="panel session" aria-labelledby={headingId}>
        <h2 id={headingId} className={title === undefined ? 'visually-hidden' : undefined}>
          {title ?? 'Session'}
        </h2>
        <StatusLine who={look.who} auth={auth} />
        <div className="session-sign-in">{signIn}</div>
        <div className="session-state">
          <Person details={look.details} />
          {look.noCountdown === null ? <Countdown auth={auth} /> : <p className="hint">{look.noCountdown}</p>}
        </div>
        <Actions {...{ auth, look }} {...(extras && { extras })} onAsk={ask} onForget={forget} />
        {otherTab}
      </section>
      <AnswerPanel answer={answer} />
      <LogPanel log={log} />
    </>
  )
}
