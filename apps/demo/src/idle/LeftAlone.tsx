import type { IdleOptions } from '@tessera-auth/core/idle'
import { useAuth, useIdleTimeout } from '@tessera-auth/react'
import type { ComponentProps, ReactNode } from 'react'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { PasswordSignIn } from '../session/PasswordSignIn.tsx'
import { personLook } from '../session/sessionLook.ts'
import { StatusLine } from '../session/StatusLine.tsx'
import { Desk } from './Desk.tsx'
import { IdleWarning } from './IdleWarning.tsx'

interface LeftAloneProps {
  readonly auth: DemoAuth
  readonly login: ComponentProps<typeof PasswordSignIn>['login']
  readonly options: IdleOptions
}

/** The session, as long as somebody is there. */
export function LeftAlone({ auth, login, options }: LeftAloneProps): ReactNode {
  const isSignedIn = useAuth(({ isAuthenticated }) => isAuthenticated)
  const { remainingMs, stay } = useIdleTimeout(options)
  // Whoever looks now may be somebody else.
  const isOver = remainingMs === 0
  return (
    <>
      <StatusLine who={isOver ? () => 'until the other tabs have answered' : personLook.who} auth={auth} />
      {isSignedIn ? (
        // Not taken away: where somebody is in another tab, it goes on with what is in it.
        <div hidden={isOver}>
          <Desk />
        </div>
      ) : (
        <div className="panel">
          <PasswordSignIn login={login} />
        </div>
      )}
      {isSignedIn && !isOver && <IdleWarning remainingMs={remainingMs} stay={stay} />}
    </>
  )
}
