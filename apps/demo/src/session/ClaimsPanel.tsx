import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { ClaimsTable } from './ClaimsTable.tsx'

interface ClaimsPanelProps {
  readonly auth: DemoAuth
  /** Why there are no claims to look at; `null` where there are. */
  readonly noClaims: string | null
}

/** What the access token says about itself. */
export function ClaimsPanel({ auth, noClaims }: ClaimsPanelProps): ReactNode {
  const isSignedIn = useAuth(({ isAuthenticated }) => isAuthenticated)
  return (
    <section className="panel claims" aria-labelledby="claims-heading">
      <h2 id="claims-heading">{noClaims === null ? 'Claims of the access token' : 'Claims'}</h2>
      {noClaims === null && isSignedIn ? (
        <ClaimsTable auth={auth} />
      ) : (
        <p className="empty">
          {noClaims ?? 'Sign in, and what the token says about itself shows here. The token itself never does.'}
        </p>
      )}
    </section>
  )
}
