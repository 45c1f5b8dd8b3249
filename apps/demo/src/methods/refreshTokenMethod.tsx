import { createAuth } from '@tessera-auth/core'
import { refreshToken } from '@tessera-auth/core/refresh-token'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { SecretSignIn } from '../session/SecretSignIn.tsx'
import { personLook } from '../session/sessionLook.ts'
import { lifetimeChoice } from '../settings/lifetimeChoice.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'

const words = {
  invalid_credentials: 'The server does not accept this refresh token: unknown, revoked, or used before.',
  invalid_input: 'That is no refresh token: one word, without anything before it.',
}

/** Going on with a session that began elsewhere. */
export const refreshTokenMethod: DemoPage = createMethodPage({
  path: '/refresh-token',
  name: 'Refresh token from elsewhere',
  summary: 'You bring a refresh token that another program got, and this tab goes on from there.',
  when: 'For going on with a session that began elsewhere. Handed over, not shared: each token works once.',
  choices: { lifetime: lifetimeChoice, storage: storageChoice('session') },
  createAuth: ({ lifetime, storage }) =>
    createAuth({
      method: refreshToken({
        tokenUrl: `${identityOrigin}/v1/auth/refresh`,
        revocationUrl: `${identityOrigin}/v1/auth/logout`,
        format: 'json',
      }),
      api,
      ...storageOptions(storage),
      // A session keeps the lifetime it was made with, so each lifetime keeps its own.
      name: `refresh-token-${lifetime}`,
    }, environment),
  look: () => personLook,
  SignIn: ({ auth, settings }) => (
    <SecretSignIn
      label="Refresh token"
      item={{ path: '/demo/refresh-token', member: 'refresh_token', order: { lifetime: Number(settings.lifetime) } }}
      login={(token) => auth.login({ refreshToken: token })}
      words={words}
      hint="A command line or an administrator would hand it over. Here, “Get one” asks the identity server’s desk."
    />
  ),
  words,
})
