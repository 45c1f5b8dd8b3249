import { useAuth, useAuthedFetch } from '@tessera-auth/react'
import { useId, type ReactNode } from 'react'
import type { Question } from '../api/answer.ts'
import { identityOrigin } from '../identityOrigin.ts'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { OneOf } from '../shell/OneOf.tsx'
import type { SessionLook } from './sessionLook.ts'

interface ActionsProps {
  readonly auth: DemoAuth
  readonly look: SessionLook
  /** What can be done besides with this session; the name is the button's. */
  readonly extras?: readonly Question[]
  readonly onAsk: (question: Question) => void
  readonly onForget: () => void
}

/** What somebody signed in can do. Always in place, so that nothing moves at sign-in. */
export function Actions({ auth, look, extras = [], onAsk, onForget }: ActionsProps): ReactNode {
  const view = useAuth()
  const { isAuthenticated, logout } = view
  const authedFetch = useAuthedFetch()
  const reasonId = useId()
  const noRefresh = look.noRefresh(view)
  const reasons = [`Calls carry ${look.carries}; the admin API wants write access.`, 'Sign in to use these.'] as const
  const common = { type: 'button', disabled: !isAuthenticated } as const
  const described = { ...common, 'aria-describedby': isAuthenticated ? undefined : reasonId }
  const call = (path: string) => (): void =>
    onAsk({ name: `GET ${path}`, ask: () => authedFetch(identityOrigin + path) })
  const refresh = async (): Promise<string> => {
    await auth.tokens.refresh()
    return 'Done: the session is renewed.'
  }
  const signOut = async (): Promise<void> => {
    onForget()
    const { error } = await logout()
    if (error !== null) onAsk({ name: 'Sign out', ask: () => Promise.reject(error) })
  }
  return (
    <div className="actions">
      <button {...described} onClick={call('/v1/resources')}>
        Call the API
      </button>
      <button {...described} onClick={call('/v1/admin')}>
        Call the admin API
      </button>
      <button
        {...described}
        {...(noRefresh !== null && { disabled: true, 'aria-describedby': reasonId })}
        onClick={() => onAsk({ name: 'Refresh now', ask: refresh })}
      >
        Refresh now
      </button>
      {extras.map((extra) => (
        <button key={extra.name} {...described} onClick={() => onAsk(extra)}>
          {extra.name}
        </button>
      ))}
      <button {...described} className="quiet" onClick={() => void signOut()}>
        Sign out
      </button>
      <p id={reasonId} className="hint actions-reason">
        <OneOf texts={reasons} shown={isAuthenticated ? reasons[0] : reasons[1]} />
        {noRefresh}
      </p>
    </div>
  )
}
