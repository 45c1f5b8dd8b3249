import { createAuth } from '@tessera-auth/core'
import { ephemeralToken } from '@tessera-auth/core/ephemeral-token'
import { askDesk } from '../desk/askDesk.ts'
import { recipientMemory } from '../desk/recipientMemory.ts'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { personLook } from '../session/sessionLook.ts'
import { choice } from '../settings/choice.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'
import { EphemeralSignIn } from './EphemeralSignIn.tsx'
import { revokeQuestion } from './revokeQuestion.ts'

const urlParameter = 'ephemeral_token'

const words = {
  invalid_credentials: 'The server does not accept this token: used before, expired, or mistyped.',
  invalid_input: 'That is no ephemeral token: one word, without anything before it.',
}

/** Signing in for a while with a token that works once. */
export const ephemeralTokenMethod: DemoPage = createMethodPage({
  path: '/ephemeral-token',
  name: 'Ephemeral token',
  summary: 'You come with a token that works once, and get a session of twelve hours at most.',
  when: 'For letting somebody in for a while, and giving nothing lasting away.',
  choices: {
    lifetime: choice(
      'Session lifetime',
      [
        { value: '8', label: '8 s', hint: 'Short enough to wait for the end.' },
        { value: '60', label: '60 s', hint: 'What is left counts down below.' },
        { value: '3600', label: '1 h', hint: 'Left to itself, the server gives twelve.' },
      ],
      '60',
    ),
    storage: storageChoice('memory'),
    mint: choice('Mint', [
      { value: 'off', label: 'Off', hint: 'The session ends with its token.' },
      { value: 'on', label: 'On', hint: 'The backend makes another token in time.' },
    ]),
  },
  createAuth: ({ lifetime, storage, mint }) =>
    createAuth({
      method: ephemeralToken({
        exchangeUrl: `${identityOrigin}/v1/sessions/exchange?lifetime=${lifetime}`,
        endUrl: `${identityOrigin}/v1/sessions/end`,
        urlParameter,
        ...(mint === 'on' && {
          mint: () => askDesk({ path: '/demo/ephemeral-token', member: 'ephemeral_token' }, recipientMemory.read()),
        }),
      }),
      api,
      ...storageOptions(storage),
      name: `ephemeral-token-${lifetime}-${mint}`,
    }, environment),
  look: ({ mint }) => ({
    ...personLook,
    who: () => 'for a while, with a session token',
    details: [{ term: 'Person', of: () => 'Not told' }],
    carries: 'the session token',
    noRefresh: () => (mint === 'on' ? null : 'Nothing to refresh with: nobody mints another token.'),
    noClaims: 'This token says nothing about itself.',
  }),
  SignIn: ({ auth }) => <EphemeralSignIn {...{ auth, urlParameter, words }} />,
  words,
  extras: (auth) => [revokeQuestion(auth)],
})
