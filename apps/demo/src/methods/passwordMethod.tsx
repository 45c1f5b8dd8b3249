import { createAuth } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { environment } from '../environment.ts'
import { api } from '../identityOrigin.ts'
import { PasswordSignIn } from '../session/PasswordSignIn.tsx'
import { personLook } from '../session/sessionLook.ts'
import { lifetimeChoice } from '../settings/lifetimeChoice.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { passwordWords } from '../words/errorWords.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'
import { passwordDoor } from './passwordDoor.ts'

/** Signing in with a form of the app's own. */
export const passwordMethod: DemoPage = createMethodPage({
  path: '/password',
  name: 'Password',
  summary: 'You sign in with a form of this app, and the app’s own server answers with tokens.',
  when: 'For a first-party app and its own accounts only; other people’s passwords belong on other people’s pages.',
  choices: { lifetime: lifetimeChoice, storage: storageChoice('memory') },
  createAuth: ({ lifetime, storage }) =>
    createAuth({
      method: password(passwordDoor(lifetime)),
      api,
      ...storageOptions(storage),
      // A session keeps the lifetime it was made with, so each lifetime keeps its own.
      name: `password-${lifetime}`,
    }, environment),
  look: () => personLook,
  SignIn: ({ auth }) => <PasswordSignIn login={auth.login} />,
  words: passwordWords,
})
