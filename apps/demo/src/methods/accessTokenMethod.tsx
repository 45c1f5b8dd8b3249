import { createAuth } from '@tessera-auth/core'
import { accessToken } from '@tessera-auth/core/access-token'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { SecretSignIn } from '../session/SecretSignIn.tsx'
import { secretLook, textOf } from '../session/sessionLook.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'
import { revokeQuestion } from './revokeQuestion.ts'
import { textSchema } from './textSchema.ts'

const look = secretLook('token')

const words = {
  invalid_credentials: 'The server does not know this token: mistyped, or revoked.',
  invalid_input: 'That is no token: one word, without “Bearer” before it.',
}

/** Signing in with a token that somebody made elsewhere. */
export const accessTokenMethod: DemoPage = createMethodPage({
  path: '/access-token',
  name: 'Permanent access token',
  summary: 'You paste a token that you made elsewhere, good until somebody revokes it.',
  when: 'For your own tools; whoever finds the token has it too, so for anybody else take one that expires.',
  choices: { storage: storageChoice('memory') },
  createAuth: ({ storage }) =>
    createAuth({
      method: accessToken({ probeUrl: `${identityOrigin}/v1/resources`, fields: textSchema('subject') }),
      api,
      ...storageOptions(storage),
      name: 'access-token',
    }, environment),
  look: () => ({ ...look, details: [...look.details, { term: 'Whose', of: ({ user }) => textOf(user, 'subject') }] }),
  SignIn: ({ auth }) => (
    <SecretSignIn
      label="Access token"
      item={{ path: '/demo/access-token', member: 'access_token' }}
      login={(token) => auth.login({ token })}
      words={words}
      hint="An administrator would hand it over, or a page of your settings. Here, “Get one” asks the identity server’s desk."
    />
  ),
  words,
  extras: (auth) => [revokeQuestion(auth)],
})
