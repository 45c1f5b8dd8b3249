import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { readCatalogue } from './catalogue'
import { Names } from '../Names'

/** For everybody, search engines among them: a server component, and nothing of a person in it. */
export default async function Page(): Promise<ReactNode> {
  // At each request, not when the app is built.
  await connection()
  return (
    <>
      <h1>Engines</h1>
      <p className="soft">Everybody sees this list. The server renders it, with a credential of its own.</p>
      <Names names={await readCatalogue()} />
    </>
  )
}
