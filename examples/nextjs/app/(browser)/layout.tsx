import type { ReactNode } from 'react'
import { Frame } from '../Frame'
import { Account } from './Account'
import { Providers } from './Providers'

/** Pages whose session is in the browser, as tokens. */
export default function Layout({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Providers>
      <Frame account={<Account />}>{children}</Frame>
    </Providers>
  )
}
