'use client'

import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { backend } from '../backend'

/**
 * Made once for each page, and once on the server, where it stays empty: it touches nothing until a browser starts it. An app with one
 * auth registers it for types (`interface Register`); this one shows two.
 */
export const auth = createAuth({
  method: authorizationCode({
    issuer: backend,
    clientId: 'example',
    redirectUri: '/callback',
    postLogoutRedirectUri: '/',
    scope: 'openid profile email offline_access read:resources write:resources',
  }),
  api: `${backend}/v1/`,
  storage: 'session',
})
