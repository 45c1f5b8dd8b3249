import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'

/** Who is signed in. */
export function Person(): ReactNode {
  const user = useAuth((auth) => auth.user)
  return (
    <dl className="person">
      <div>
        <dt>Name</dt>
        <dd>{user?.name ?? '–'}</dd>
      </div>
      <div>
        <dt>Email</dt>
        <dd>{user?.email ?? '–'}</dd>
      </div>
    </dl>
  )
}
