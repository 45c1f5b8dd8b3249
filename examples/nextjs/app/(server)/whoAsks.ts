import { redirect } from 'next/navigation'
import { cache } from 'react'
import { askBackend } from './askBackend'

export interface Person {
  readonly sub: string
  readonly name: string
}

/** Whose request this is; `null`: nobody's. Asked once a request, however many components want to know. */
export const whoAsks: () => Promise<Person | null> = cache(async () => {
  const answer = await askBackend('/v1/session')
  if (typeof answer !== 'object' || answer === null || !('sub' in answer) || !('name' in answer)) return null
  const { sub, name } = answer
  return typeof sub === 'string' && typeof name === 'string' ? { sub, name } : null
})

/** For each page that needs somebody: a layout is not rendered anew for each of its pages, so it protects none. */
export async function requirePerson(returnTo: string): Promise<Person> {
  return (await whoAsks()) ?? redirect(`/sign-in?${new URLSearchParams({ returnTo }).toString()}`)
}
