import { createAuth } from '@tessera-auth/core'
import { authorizationCode, type AuthorizationCodeOptions } from '@tessera-auth/core/authorization-code'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import { PayPanel } from '../pay/PayPanel.tsx'
import { ButtonSignIn } from '../session/ButtonSignIn.tsx'
import { contactLook, personLook } from '../session/sessionLook.ts'
import { choice, type Settings } from '../settings/choice.ts'
import { lifetimeChoice } from '../settings/lifetimeChoice.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'
import { createMethodPage } from './createMethodPage.tsx'
import type { DemoPage } from './demoPage.ts'
import { openidClient } from './openidClient.ts'

const path = '/authorization-code'

/** What the names of clients end in: their tokens live that long. */
const clientNames = { 8: '8s', 60: '60s', 3600: '1h' } as const

const choices = {
  lifetime: lifetimeChoice,
  storage: storageChoice('session'),
  window: choice('Window', [
    { value: 'redirect', label: 'Redirect', hint: 'This page leaves and comes back.' },
    { value: 'popup', label: 'Popup', hint: 'This page stays; a window opens.' },
  ]),
  server: choice('Server', [
    { value: 'openid', label: 'OpenID', hint: 'Found by its issuer; gives an ID token, and more at UserInfo.' },
    { value: 'oauth', label: 'Plain OAuth', hint: 'Named endpoints, no ID token.' },
  ]),
  about: choice('About you', [
    { value: 'basic', label: 'Name and email', hint: 'The scopes profile and email.' },
    { value: 'all', label: 'All', hint: 'Phone and address too: OpenID has a scope for each.' },
  ]),
}

/** Signing in at the identity server, by redirect or in a window of its own. */
export const authorizationCodeMethod: DemoPage = createMethodPage({
  path,
  name: 'Authorization code with PKCE',
  summary: 'You sign in on the identity server’s own page and come back with a code that only this tab can redeem.',
  when: 'The one to choose unless you have a reason not to: the app never sees a password.',
  choices,
  createAuth: (settings) =>
    createAuth({
      method: authorizationCode(providerOf(settings)),
      api,
      ...storageOptions(settings.storage),
      // A session belongs to the client that got it, so each client keeps its own.
      name: `authorization-code-${settings.server}-${settings.lifetime}`,
    }, environment),
  look: ({ about }) => (about === 'all' ? contactLook : personLook),
  SignIn: ({ auth, settings }) => (
    <ButtonSignIn
      login={() => auth.login({ presentation: settings.window })}
      {...(settings.window === 'popup' && {
        about: 'Opens the identity server in a window of its own, which asks who you are and what this app may do, and closes.',
      })}
    />
  ),
  extras: (auth, { server }) => (server === 'openid' ? [{ name: 'Ask UserInfo', ask: () => auth.fetch(`${identityOrigin}/v1/userinfo`) }] : []),
  More: ({ auth, settings }) => settings.server === 'openid' && <PayPanel key={settings.lifetime} auth={auth} presentation={settings.window} />,
  loginAgain: (auth, returnTo) => auth.login({ returnTo }),
})

/** One and the same server, in either of its two roles. */
function providerOf({ server, lifetime, about }: Settings<typeof choices>): AuthorizationCodeOptions {
  if (server === 'openid') return { ...openidClient(`demo-${clientNames[lifetime]}`, path, about === 'all' ? ['phone', 'address'] : []), userInfo: true }
  return {
    endpoints: {
      authorization: `${identityOrigin}/oauth/authorize`,
      token: `${identityOrigin}/oauth/token`,
      revocation: `${identityOrigin}/oauth/revoke`,
    },
    clientId: `plain-${clientNames[lifetime]}`,
    redirectUri: `${path}/callback`,
    scope: 'read:resources write:resources',
  }
}
