import type { Auth, TokenManager } from '@tessera-auth/core'
import type { AuthProviderProps } from '@tessera-auth/react'

/** The auth of any method, as far as its page needs it. */
export type DemoAuth = AuthProviderProps['auth'] &
  Pick<Auth, 'inspect' | 'getAccessToken' | 'lastSignOut'> & { readonly tokens: Pick<TokenManager, 'refresh'> }
