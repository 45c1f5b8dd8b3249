import { AuthProvider, SessionExpired, useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { CallbackPage } from '../callback/CallbackPage.tsx'
import type { DemoPage } from '../methods/demoPage.ts'
import { revokeQuestion } from '../methods/revokeQuestion.ts'
import { personLook } from '../session/sessionLook.ts'
import { StatusLine } from '../session/StatusLine.tsx'
import { choice } from '../settings/choice.ts'
import { SettingsPanel } from '../settings/SettingsPanel.tsx'
import { useSettings } from '../settings/useSettings.ts'
import { PageHeader } from '../shell/PageHeader.tsx'
import { doors, path, type Door } from './doors.tsx'
import { ResourceForm } from './ResourceForm.tsx'
import { SignInAgain } from './SignInAgain.tsx'

const choices = {
  way: choice('Sign in', [
    { value: 'form', label: 'Form', hint: 'A cookie session; the server can revoke it.' },
    { value: 'popup', label: 'Popup', hint: 'At the identity server; tokens live 8 seconds.' },
  ]),
}

/** A page that survives the end of its session. */
export const sessionExpiredPage: DemoPage = {
  path,
  name: 'Session expired',
  summary: 'A form is half filled in when the session ends. It stays, what was sent waits, and goes out once the same person is back.',
  when: 'For pages on which people spend more time than a session may last.',
  Page,
  Callback,
}

function Page(): ReactNode {
  const { name, summary, when } = sessionExpiredPage
  const [settings, onChoose] = useSettings(path, choices)
  const door = doors[settings.way]
  const { auth, SignIn } = door
  return (
    <AuthProvider key={settings.way} auth={auth}>
      <article className="page">
        <PageHeader title={name} lead={`${summary} ${when}`} />
        <SettingsPanel {...{ choices, settings, onChoose }} />
        <StatusLine who={personLook.who} auth={auth} />
        <SessionExpired fallback={<div className="panel"><SignIn name="Sign in" /></div>} dialog={<SignInAgain><SignIn name="Sign in again" /></SignInAgain>}>
          <ResourceForm>
            <Actions door={door} />
          </ResourceForm>
        </SessionExpired>
      </article>
    </AuthProvider>
  )
}

function Actions({ door: { auth, canRevoke } }: { readonly door: Door }): ReactNode {
  const { logout } = useAuth()
  const { name, ask } = revokeQuestion(auth)
  return (
    <>
      {canRevoke && (
        <button type="button" onClick={() => void ask()}>
          {name}
        </button>
      )}
      <button type="button" className="quiet" onClick={() => void logout()}>
        Sign out
      </button>
    </>
  )
}

function Callback(): ReactNode {
  const { auth } = doors.popup
  // In the window, which was opened by a page that has the sign-in: there is none to repeat here.
  return <CallbackPage path={path} auth={auth} login={() => Promise.resolve()} />
}
