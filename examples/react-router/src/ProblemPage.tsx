import { isAuthError } from '@tessera-auth/core'
import type { ReactNode } from 'react'
import { useRevalidator, useRouteError } from 'react-router'

export function ProblemPage(): ReactNode {
  const error = useRouteError()
  const { state, revalidate } = useRevalidator()
  if (isAuthError(error, 'insufficient_scope')) return <h1>This page is not for you</h1>
  return (
    <>
      <h1>That did not work</h1>
      <p role="alert">{error instanceof Error ? error.message : 'This page could not be shown.'}</p>
      <button disabled={state === 'loading'} onClick={() => void revalidate()}>
        Try again
      </button>
    </>
  )
}
