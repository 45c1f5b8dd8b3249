'use client'

import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'

export const issuer: string = process.env['NEXT_PUBLIC_ISSUER'] ?? 'http://localhost:4400'

/** Made once for each page, and once on the server, where it stays empty: it touches nothing until a browser starts it. */
export const auth = createAuth({
  method: authorizationCode({
    issuer,
    clientId: 'example',
    redirectUri: '/callback',
    postLogoutRedirectUri: '/',
    scope: 'openid profile email offline_access read:resources write:resources',
  }),
  api: `${issuer}/v1/`,
  storage: 'session',
})

declare module '@tessera-auth/react' {
  interface Register {
    auth: typeof auth
  }
}
