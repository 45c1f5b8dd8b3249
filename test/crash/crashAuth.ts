import { createAuth, type AuthByName, type Environment } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { password } from '@tessera-auth/core/password'

const methods = {
  home: password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' }),
  work: authorizationCode({
    clientId: 'web',
    endpoints: { authorization: 'https://id.example/authorize', token: 'https://id.example/token', revocation: 'https://id.example/revoke' },
  }),
}

/** The auth of the app under test: signs in at home with a password, and at work at a provider. */
export type CrashAuth = AuthByName<typeof methods>

export function createCrashAuth(environment: Environment): CrashAuth {
  return createAuth({ methods, storage: 'session' }, environment)
}
