'use client'

import { AuthProvider } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { auth } from './auth'

export function Providers({ children }: { readonly children: ReactNode }): ReactNode {
  return <AuthProvider auth={auth}>{children}</AuthProvider>
}
