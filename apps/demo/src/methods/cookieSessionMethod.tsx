import { createAuth } from '@tessera-auth/core'
import { cookieSession } from '@tessera-auth/core/cookie-session'
import type { Question } from '../api/answer.ts'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { PasswordSignIn } from '../session/PasswordSignIn.tsx'
import { cookieLook } from '../session/sessionLook.ts'
import { passwordWords } from '../words/errorWords.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoAuth } from './demoAuth.ts'
import type { DemoPage } from './demoPage.ts'
import { revokeQuestion } from './revokeQuestion.ts'

const sessionUrl = `${identityOrigin}/v1/session`

/** Signing in where the server keeps the session. */
export const cookieSessionMethod: DemoPage = createMethodPage({
  path: '/cookie-session',
  name: 'Cookie session',
  summary: 'The server keeps the session, and a cookie that no script can read names it.',
  when: 'The strongest against theft, where the app has a server of its own.',
  choices: {},
  createAuth: () =>
    createAuth({
      method: cookieSession({ sessionUrl, loginUrl: `${sessionUrl}/login`, logoutUrl: `${sessionUrl}/logout` }),
      api,
      name: 'cookie-session',
    }, environment),
  look: () => cookieLook,
  SignIn: ({ auth }) => (
    <PasswordSignIn
      login={auth.login}
      hint="Sign in as somebody else in a second tab: this page is told, asks the server, and shows who it is now."
    />
  ),
  words: passwordWords,
  extras: (auth) => [addResource(auth), revokeQuestion(auth)],
})

/** A call that changes something, for which the server wants the CSRF token of the session. */
function addResource(auth: DemoAuth): Question {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Punched card' }),
  }
  return { name: 'Add a resource', ask: () => auth.fetch(`${identityOrigin}/v1/resources`, init) }
}
