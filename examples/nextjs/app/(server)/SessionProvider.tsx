'use client'

import { AuthProvider } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { session } from './session'

export function SessionProvider({ children }: { readonly children: ReactNode }): ReactNode {
  return <AuthProvider auth={session}>{children}</AuthProvider>
}
