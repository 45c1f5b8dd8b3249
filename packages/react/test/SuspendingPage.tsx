import * as React from 'react'
import { StrictMode, Suspense, type ReactNode } from 'react'
import { AuthProvider, useAuth, type ProvidedAuth } from '../src/index.ts'

interface SuspendingProps {
  readonly auth: ProvidedAuth
  readonly children?: ReactNode
}

/** Waits until it is known who is signed in, and shows what the hook says of it. */
export function Known({ auth, children }: SuspendingProps): ReactNode {
  React.use(auth.ready)
  const { status, user, error } = useAuth()
  return (
    <>
      {user?.name ?? status}
      {error?.code}
      {children}
    </>
  )
}

export function SuspendingPage({ auth, children = <Known auth={auth} /> }: SuspendingProps): ReactNode {
  return (
    <StrictMode>
      <AuthProvider auth={auth}>
        <Suspense fallback="…">{children}</Suspense>
      </AuthProvider>
    </StrictMode>
  )
}
