import { createAuth } from '@tessera-auth/core'
import { environment } from '../environment.ts'
import { apiKey } from '@tessera-auth/core/api-key'
import { api, identityOrigin } from '../identityOrigin.ts'
import { KeySignIn } from '../session/KeySignIn.tsx'
import { secretLook } from '../session/sessionLook.ts'
import { choice } from '../settings/choice.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { keyWords } from '../words/errorWords.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'
import { revokeQuestion } from './revokeQuestion.ts'
import { rotateQuestion } from './rotateQuestion.ts'

/** Signing in with an API key. */
export const apiKeyMethod: DemoPage = createMethodPage({
  path: '/api-key',
  name: 'API key',
  summary: 'You bring a key that was made for one program or device, and every call carries it.',
  when: 'For scripts, devices and servers; in a browser only a key that may do little.',
  choices: {
    storage: storageChoice('memory'),
    where: choice('Where', [
      { value: 'header', label: 'Header', hint: 'In X-API-Key: the way to choose.' },
      { value: 'query', label: 'Query', hint: 'Careful: histories, logs and proxies keep addresses, and so the key.' },
    ]),
  },
  createAuth: ({ storage, where }) =>
    createAuth({
      method: apiKey({
        probeUrl: `${identityOrigin}/v1/resources`,
        ...(where === 'query' && { dangerouslySendInQuery: 'api_key' }),
      }),
      api,
      ...storageOptions(storage),
      name: `api-key-${where}`,
    }, environment),
  look: ({ where }) => ({
    ...secretLook('key'),
    carries: where === 'query' ? 'the key in their address' : 'the key in a header',
  }),
  SignIn: ({ auth }) => <KeySignIn login={auth.login} />,
  words: keyWords,
  extras: (auth) => [rotateQuestion(auth), revokeQuestion(auth)],
})
