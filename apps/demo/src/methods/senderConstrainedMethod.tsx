import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import type { Question } from '../api/answer.ts'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { ButtonSignIn } from '../session/ButtonSignIn.tsx'
import { personLook } from '../session/sessionLook.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoAuth } from './demoAuth.ts'
import type { DemoPage } from './demoPage.ts'
import { openidClient } from './openidClient.ts'

const path = '/sender-constrained'

/** Signing in for tokens that are of no use without a key of this browser. */
export const senderConstrainedMethod: DemoPage = createMethodPage({
  path,
  name: 'Sender-constrained tokens',
  summary: 'The same sign-in, for tokens that are bound to a key of this browser, which no script can read (DPoP).',
  when: 'Where a stolen token would be worth much, and the provider and the API know how.',
  choices: { storage: storageChoice('session') },
  createAuth: ({ storage }) =>
    createAuth({ method: authorizationCode({ ...openidClient('bound', path), dpop: true }), api, ...storageOptions(storage), name: 'sender-constrained' }, environment),
  look: () => ({ ...personLook, carries: 'the access token, and a proof made with the key' }),
  SignIn: ({ auth }) => <ButtonSignIn login={() => auth.login()} />,
  extras: (auth) => [thiefQuestion(auth)],
  loginAgain: (auth, returnTo) => auth.login({ returnTo }),
})

/** Sends the token alone, as somebody would who has stolen it. */
function thiefQuestion(auth: DemoAuth): Question {
  return {
    name: 'Send it as a thief',
    async ask() {
      const token = await auth.getAccessToken()
      const response = await fetch(`${identityOrigin}/v1/resources`, { headers: { authorization: `Bearer ${token}` } })
      return response.status === 401 ? 'Refused: the token alone, without a proof of the key, is worth nothing.' : response
    },
  }
}
