import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import type { Detail } from './sessionLook.ts'

/** Who or what is signed in. */
export function Person({ details }: { readonly details: readonly Detail[] }): ReactNode {
  const auth = useAuth()
  return (
    <dl className="person">
      {details.map(({ term, of }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{(auth.isAuthenticated ? of(auth) : undefined) ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}
