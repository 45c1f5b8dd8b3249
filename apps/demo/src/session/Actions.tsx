import { useAuth, useAuthedFetch } from '@tessera-auth/react'
import { useId, type ReactNode } from 'react'
import type { Question } from '../api/answer.ts'
import { identityOrigin } from '../identityOrigin.ts'
import type { DemoAuth } from '../methods/demoAuth.ts'

interface ActionsProps {
  readonly auth: DemoAuth
  readonly onAsk: (question: Question) => void
  readonly onForget: () => void
}

/** What somebody signed in can do. Always in place, so that nothing moves at sign-in. */
export function Actions({ auth, onAsk, onForget }: ActionsProps): ReactNode {
  const { isAuthenticated, logout } = useAuth()
  const authedFetch = useAuthedFetch()
  const reasonId = useId()
  const describedBy = isAuthenticated ? undefined : reasonId
  const common = { type: 'button', disabled: !isAuthenticated, 'aria-describedby': describedBy } as const
  const call = (path: string) => (): void =>
    onAsk({ name: `GET ${path}`, ask: () => authedFetch(identityOrigin + path) })
  const signOut = async (): Promise<void> => {
    onForget()
    const { error } = await logout()
    if (error !== null) onAsk({ name: 'Sign out', ask: () => Promise.reject(error) })
  }
  return (
    <div className="actions">
      <button {...common} onClick={call('/v1/resources')}>
        Call the API
      </button>
      <button {...common} onClick={call('/v1/admin')}>
        Call the admin API
      </button>
      <button {...common} onClick={() => onAsk({ name: 'Refresh now', ask: () => auth.tokens.refresh() })}>
        Refresh now
      </button>
      <button {...common} className="quiet" onClick={() => void signOut()}>
        Sign out
      </button>
      <p id={reasonId} className="hint actions-reason">
        {isAuthenticated
          ? 'Both calls carry the access token; the admin API wants write access.'
          : 'Sign in to use these.'}
      </p>
    </div>
  )
}
