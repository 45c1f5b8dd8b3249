import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import '../../look.css'

export const metadata: Metadata = { title: 'Engines', description: 'Tessera with the App Router of Next.js' }

export default function Layout({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
