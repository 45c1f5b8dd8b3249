import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { password } from '@tessera-auth/core/password'

const identity = import.meta.env.VITE_IDENTITY_ORIGIN

export const api = `${identity}/v1/`

export const auth = createAuth({
  methods: {
    password: password({ loginUrl: `${api}auth/login`, refreshUrl: `${api}auth/refresh`, logoutUrl: `${api}auth/logout` }),
    openid: authorizationCode({ issuer: identity, clientId: 'example', scope: 'openid profile email offline_access read:resources write:resources' }),
  },
  api,
  storage: 'session',
  shareAcrossTabs: true,
})

declare module '@tessera-auth/react' {
  interface Register {
    auth: typeof auth
  }
}
