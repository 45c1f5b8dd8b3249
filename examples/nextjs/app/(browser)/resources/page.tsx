import { RequireAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { ResourceList } from './ResourceList'
import { SignIn } from './SignIn'

/** The server sends the frame. What is protected comes from the API, to the browser of whoever may see it. */
export default function Page(): ReactNode {
  return (
    <>
      <h1>Your engines</h1>
      <RequireAuth fallback={<SignIn />} loading={<p role="status">One moment…</p>}>
        <ResourceList />
        <RequireAuth fallback={null} scopes={['write:resources']} forbidden={<p className="soft">You may look, and add none.</p>}>
          <p className="soft">You may add some, too.</p>
        </RequireAuth>
      </RequireAuth>
    </>
  )
}
