import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { PageTitle } from './shell/PageTitle.tsx'

/** For an address that leads nowhere. */
export function NotFoundPage(): ReactNode {
  return (
    <article className="page page-narrow">
      <PageTitle title="There is no such page" />
      <p className="lead">The address may be mistyped, or the page may belong to a method that is not built yet.</p>
      <p>
        <Link className="button" to="/">
          All methods
        </Link>
      </p>
    </article>
  )
}
