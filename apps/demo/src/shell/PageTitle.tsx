import type { ReactNode } from 'react'

/** The heading of a page, and the title of its tab. */
export function PageTitle({ title }: { readonly title: string }): ReactNode {
  return (
    <>
      <title>{`${title} · Tessera demo`}</title>
      <h1>{title}</h1>
    </>
  )
}
