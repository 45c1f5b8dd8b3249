import { useAuth } from '@tessera-auth/react'
import { requireAuth } from '@tessera-auth/react/react-router'
import type { ReactNode } from 'react'
import { Outlet, useLoaderData } from 'react-router'
import { auth } from './auth.ts'

export const loadPerson = requireAuth(auth)

/** Around all that needs somebody signed in: what was loaded for one person is taken away at once when it is another's turn. */
export function SignedIn(): ReactNode {
  const { user } = useLoaderData<typeof loadPerson>()
  const isTheirs = useAuth((now) => now.isAuthenticated && now.user.sub === user.sub)
  return isTheirs ? <Outlet /> : <p role="status">One moment…</p>
}
