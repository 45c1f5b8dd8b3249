import type { ReactNode } from 'react'
import { NavLink } from './NavLink'

/** What all pages have around them; `account` is the corner that says who is signed in. */
export function Frame({ account, children }: { readonly account: ReactNode; readonly children: ReactNode }): ReactNode {
  return (
    <>
      <header className="bar">
        <nav aria-label="Pages">
          <NavLink href="/">Engines</NavLink>
          <NavLink href="/resources">Yours</NavLink>
          <NavLink href="/workshop">Workshop</NavLink>
        </nav>
        {account}
      </header>
      <main>{children}</main>
    </>
  )
}
