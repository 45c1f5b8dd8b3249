import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { ClaimsTable } from './ClaimsTable.tsx'

/** What the access token says about itself. */
export function ClaimsPanel({ auth }: { readonly auth: DemoAuth }): ReactNode {
  const isSignedIn = useAuth(({ isAuthenticated }) => isAuthenticated)
  return (
    <section className="panel claims" aria-labelledby="claims-heading">
      <h2 id="claims-heading">Claims of the access token</h2>
      {isSignedIn ? (
        <ClaimsTable auth={auth} />
      ) : (
        <p className="empty">Sign in, and what the token says about itself shows here. The token itself never does.</p>
      )}
    </section>
  )
}
