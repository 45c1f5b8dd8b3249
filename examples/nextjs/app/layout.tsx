import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Account } from './Account'
import './globals.css'
import { Providers } from './Providers'

export const metadata: Metadata = { title: 'Engines', description: 'Tessera with the App Router of Next.js' }

export default function Layout({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>
        <Providers>
          <header>
            <nav aria-label="Pages">
              <Link href="/">Engines</Link>
              <Link href="/resources">Yours</Link>
            </nav>
            <div className="account">
              <Account />
            </div>
          </header>
          <main>{children}</main>
        </Providers>
      </body>
    </html>
  )
}
