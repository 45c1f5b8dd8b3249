import { createAuth } from '@tessera-auth/core'
import { clientCredentials } from '@tessera-auth/core/client-credentials'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { ButtonSignIn } from '../session/ButtonSignIn.tsx'
import { personLook } from '../session/sessionLook.ts'
import { choice } from '../settings/choice.ts'
import { lifetimeChoice } from '../settings/lifetimeChoice.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'

/** For a demo on one computer: a secret that comes with a page is known to everybody who opens it. */
const secrets = { machine: 'machine-secret', 'machine-reader': 'p:ä%reader' } as const

const words = { invalid_credentials: 'The server does not accept this machine: wrong name or secret.' }

const choices = {
  lifetime: lifetimeChoice,
  storage: storageChoice('memory'),
  machine: choice('Machine', [
    { value: 'machine', label: 'Machine', hint: 'May read and write.' },
    { value: 'machine-reader', label: 'Reader', hint: 'May only read.' },
  ]),
  secret: choice('Secret sent', [
    { value: 'basic', label: 'Basic', hint: 'In a header (HTTP Basic).' },
    { value: 'body', label: 'Body', hint: 'In the form. Tokens live 1 h at this endpoint.' },
  ]),
}

/** A program that signs in as itself. */
export const clientCredentialsMethod: DemoPage = createMethodPage({
  path: '/client-credentials',
  name: 'Client credentials',
  summary: 'A program signs in as itself with a secret. Here only to be watched: a secret that comes with a page is no secret.',
  when: 'For servers and jobs, and never for a browser.',
  choices,
  createAuth: ({ lifetime, storage, machine, secret }) =>
    createAuth({
      method: clientCredentials({
        tokenUrl: `${identityOrigin}${secret === 'basic' ? `/oauth/v2/token?lifetime=${lifetime}` : '/oauth/token'}`,
        authentication: secret,
        clientId: machine,
        clientSecret: secrets[machine],
        dangerouslyAllowBrowser: true,
      }),
      api,
      ...storageOptions(storage),
      name: `client-credentials-${machine}-${secret}-${lifetime}`,
    }, environment),
  look: ({ machine }) => ({
    ...personLook,
    who: () => (machine === 'machine' ? 'as the machine' : 'as the machine that may only read'),
    details: [
      { term: 'Machine', of: () => machine },
      { term: 'Scope', of: ({ scope }) => (scope.length === 0 ? undefined : scope.join(' ')) },
    ],
  }),
  SignIn: ({ auth }) => (
    <ButtonSignIn
      login={() => auth.login()}
      words={words}
      about="There is no person and nothing to type: the secret is in the code of this page, where anybody can read it."
    />
  ),
  words,
})
