import type { ReactNode } from 'react'
import { Frame } from '../Frame'
import { NavLink } from '../NavLink'
import { SessionProvider } from './SessionProvider'
import { SignOut } from './SignOut'
import { whoAsks } from './whoAsks'

/** Pages whose session is a cookie, so that the server knows who asks. */
export default async function Layout({ children }: { readonly children: ReactNode }): Promise<ReactNode> {
  const person = await whoAsks()
  const account =
    person === null ? (
      <NavLink href="/sign-in">Sign in</NavLink>
    ) : (
      <div className="who">
        <span className="soft">{person.name}</span>
        <SignOut />
      </div>
    )
  return (
    <SessionProvider>
      <Frame account={account}>{children}</Frame>
    </SessionProvider>
  )
}
