import { safeReturnTo } from '@tessera-auth/core'
import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { RenderedFor } from '../RenderedFor'
import { whoAsks } from '../whoAsks'
import { SignInForm } from './SignInForm'

interface PageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>
}

/** Whoever is signed in goes on; so the form only signs in. */
export default async function Page({ searchParams }: PageProps): Promise<ReactNode> {
  const { returnTo } = await searchParams
  if ((await whoAsks()) !== null) redirect(safeReturnTo(returnTo, 'https://app.invalid/', ['/sign-in']))
  return (
    <RenderedFor sub={null}>
      <h1>Sign in</h1>
      <SignInForm />
    </RenderedFor>
  )
}
