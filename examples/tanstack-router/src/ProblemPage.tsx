import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { isAuthError } from '@tessera-auth/core'
import type { ReactNode } from 'react'

export function ProblemPage({ error }: ErrorComponentProps): ReactNode {
  const router = useRouter()
  if (isAuthError(error, 'insufficient_scope')) return <h1>This page is not for you</h1>
  return (
    <>
      <h1>That did not work</h1>
      <p role="alert">{error instanceof Error ? error.message : 'This page could not be shown.'}</p>
      <button onClick={() => void router.invalidate()}>Try again</button>
    </>
  )
}
