import { useAuth, useParkedCount } from '@tessera-auth/react'
import { useId, type ReactNode } from 'react'

/** What is shown beside a page whose session has expired. */
export function SignInAgain({ children }: { readonly children: ReactNode }): ReactNode {
  const { logout } = useAuth()
  const count = useParkedCount()
  const headingId = useId()
  return (
    <section className="panel session" role="dialog" aria-modal="true" aria-labelledby={headingId}>
      <h2 id={headingId}>Your session has ended</h2>
      <p>
        Sign in again, and you go on where you were. {count === 0 ? 'Nothing waits to be sent.' : `Waiting to be sent: ${count}.`}
      </p>
      <div className="session-sign-in">{children}</div>
      <button type="button" className="quiet" onClick={() => void logout()}>
        Sign out instead
      </button>
    </section>
  )
}
