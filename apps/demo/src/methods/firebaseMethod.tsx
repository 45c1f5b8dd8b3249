import { createAuth } from '@tessera-auth/core'
import { firebase } from '@tessera-auth/core/firebase'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { PasswordSignIn } from '../session/PasswordSignIn.tsx'
import { SecretSignIn } from '../session/SecretSignIn.tsx'
import { personLook } from '../session/sessionLook.ts'
import { choice } from '../settings/choice.ts'
import { lifetimeChoice } from '../settings/lifetimeChoice.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'
import { revokeQuestion } from './revokeQuestion.ts'

/** The identity server plays the emulator, and lets the key choose how long tokens live. */
const apiKeys = { 8: 'demo-8s', 60: 'demo-60s', 3600: 'demo-1h' } as const

const words = {
  invalid_credentials: 'Firebase does not accept that: wrong, unknown or revoked.',
  invalid_input: 'That is no refresh token: one word, without anything before it.',
}

/** Signing in at Firebase, without its SDK. */
export const firebaseMethod: DemoPage = createMethodPage({
  path: '/firebase',
  name: 'Firebase',
  summary: 'You sign in at Firebase Authentication by its REST API, without its SDK. The identity server plays Firebase here.',
  when: 'For projects whose accounts are at Firebase already.',
  choices: {
    lifetime: lifetimeChoice,
    storage: storageChoice('memory'),
    with: choice('Sign in with', [
      { value: 'account', label: 'Account', hint: 'Email and password.' },
      { value: 'token', label: 'Token', hint: 'A refresh token from an administrator.' },
    ]),
  },
  createAuth: ({ lifetime, storage }) =>
    createAuth({
      method: firebase({ apiKey: apiKeys[lifetime], emulatorUrl: identityOrigin }),
      api,
      ...storageOptions(storage),
      // The key says how long tokens live, so each lifetime keeps its own.
      name: `firebase-${lifetime}`,
    }, environment),
  look: () => personLook,
  SignIn: ({ auth, settings }) =>
    settings.with === 'account' ? (
      <PasswordSignIn
        login={auth.login}
        hint={
          <>
            The account of <code>carol@example.com</code> is disabled.
          </>
        }
      />
    ) : (
      <SecretSignIn
        label="Refresh token"
        item={{ path: '/demo/firebase-refresh-token', member: 'refresh_token' }}
        login={(refreshToken) => auth.login({ refreshToken })}
        words={words}
        hint="An administrator would hand it over. Firebase’s refresh tokens do not run out. Here, “Get one” asks the identity server’s desk."
      />
    ),
  words,
  extras: (auth) => [revokeQuestion(auth)],
})
