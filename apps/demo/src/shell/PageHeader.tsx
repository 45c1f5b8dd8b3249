import type { ReactNode } from 'react'
import { PageTitle } from './PageTitle.tsx'

/** How a page begins: its title, and what it is about. */
export function PageHeader({ title, lead }: { readonly title: string; readonly lead: string }): ReactNode {
  return (
    <header className="page-header">
      <PageTitle title={title} />
      <p className="lead">{lead}</p>
    </header>
  )
}
