'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'

/** Says where one is. */
export function NavLink({ href, children }: { readonly href: string; readonly children: ReactNode }): ReactNode {
  const isHere = usePathname() === href
  return (
    <Link href={href} {...(isHere && { 'aria-current': 'page' })}>
      {children}
    </Link>
  )
}
