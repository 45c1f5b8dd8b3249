import type { Auth, TokenManager } from '@tessera-auth/core'
import type { DevtoolsAuth } from '@tessera-auth/devtools'
import type { AuthProviderProps } from '@tessera-auth/react'

/** The auth of any method, as far as its page needs it. */
export type DemoAuth = AuthProviderProps['auth'] &
  DevtoolsAuth &
  Pick<Auth, 'getAccessToken'> & { readonly tokens: Pick<TokenManager, 'refresh'> }
