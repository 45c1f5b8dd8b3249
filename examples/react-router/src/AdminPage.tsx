import { requireAuth } from '@tessera-auth/react/react-router'
import type { ReactNode } from 'react'
import { useLoaderData } from 'react-router'
import { auth } from './auth.ts'

export const loadAdmin = requireAuth(auth, { scopes: ['write:resources'] })

export function AdminPage(): ReactNode {
  const { user, scope } = useLoaderData<typeof loadAdmin>()
  return (
    <>
      <h1>Administration</h1>
      <p className="soft">
        {user.name ?? user.sub} may: {scope.join(', ')}
      </p>
    </>
  )
}
