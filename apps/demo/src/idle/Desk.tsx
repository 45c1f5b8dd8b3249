import { useAuth, useAuthedFetch } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { AnswerPanel } from '../api/AnswerPanel.tsx'
import { useAnswer } from '../api/useAnswer.ts'
import { identityOrigin } from '../identityOrigin.ts'
import { OtherTab } from '../session/OtherTab.tsx'
import { Person } from '../session/Person.tsx'
import { personLook } from '../session/sessionLook.ts'

/** What is of the person, and nobody else's business. */
export function Desk(): ReactNode {
  const { logout } = useAuth()
  const authedFetch = useAuthedFetch()
  const [answer, ask] = useAnswer()
  const path = '/v1/resources'
  return (
    <div className="desk">
      <section className="panel" aria-label="Session">
        <Person details={personLook.details} />
        <div className="button-row">
          <button type="button" onClick={() => ask({ name: `GET ${path}`, ask: () => authedFetch(identityOrigin + path) })}>
            Call the API
          </button>
          <button type="button" className="quiet" onClick={() => void logout()}>
            Sign out
          </button>
        </div>
        <OtherTab kept="session" />
      </section>
      <AnswerPanel answer={answer} />
    </div>
  )
}
