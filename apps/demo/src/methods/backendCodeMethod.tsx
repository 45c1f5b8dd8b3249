import { createAuth, type AuthMethod, type Claims } from '@tessera-auth/core'
import { backendCode, type BackendCodeInput } from '@tessera-auth/core/backend-code'
import { cookieSession } from '@tessera-auth/core/cookie-session'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { ButtonSignIn } from '../session/ButtonSignIn.tsx'
import { cookieLook, secretLook, textOf, type SessionLook } from '../session/sessionLook.ts'
import { choice } from '../settings/choice.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'
import { revokeQuestion } from './revokeQuestion.ts'
import { textSchema } from './textSchema.ts'

const path = '/backend-code'
const sessionUrl = `${identityOrigin}/v1/session`
const accountField = 'stitch_account_id'

const tokenLook: SessionLook = {
  ...secretLook('token'),
  who: ({ user }) => `with a token for account ${textOf(user, accountField) ?? 'unknown'}`,
  details: [{ term: 'Account', of: ({ user }) => textOf(user, accountField) }],
}

/** Signing in at a provider that wants a client secret, which the app's backend has. */
export const backendCodeMethod: DemoPage = createMethodPage({
  path,
  name: 'Code through your own backend',
  summary: 'You sign in on the provider’s page and come back with a code, which the app’s backend redeems with its secret.',
  when: 'For providers that want a client secret. Let the backend keep the token, and give the browser a cookie.',
  choices: {
    form: choice('Form', [
      { value: 'session', label: 'Cookie session', hint: 'The backend keeps the token, and nothing is stored here.' },
      { value: 'token', label: 'Token', hint: 'The backend hands it to the page, which stores it.' },
    ]),
    storage: storageChoice('session'),
  },
  createAuth: ({ form, storage }) => createAuth({ method: methodOf(form), api: [...api, `${identityOrigin}/backend/`], ...storageOptions(storage), name: `backend-code-${form}` }, environment),
  look: ({ form }) => (form === 'session' ? cookieLook : tokenLook),
  SignIn: ({ auth }) => <ButtonSignIn login={() => auth.login()} />,
  extras: (auth) => [revokeQuestion(auth)],
  loginAgain: (auth, returnTo) => auth.login({ returnTo }),
})

function methodOf(form: 'session' | 'token'): AuthMethod<BackendCodeInput | void, Claims> {
  const shared = {
    authorizationUrl: `${identityOrigin}/oauth/authorization`,
    clientId: 'partner',
    redirectUri: `${path}/callback`,
  }
  if (form === 'token') {
    return backendCode({ ...shared, exchangeUrl: `${identityOrigin}/backend/token`, fields: textSchema(accountField) })
  }
  return backendCode({
    ...shared,
    exchangeUrl: `${identityOrigin}/backend/session`,
    session: cookieSession({ sessionUrl, logoutUrl: `${sessionUrl}/logout`, csrfUrl: `${sessionUrl}/csrf` }),
  })
}
