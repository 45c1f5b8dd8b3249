import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import type { ReactNode } from 'react'
import { CallbackPage } from '../callback/CallbackPage.tsx'
import { identityOrigin } from '../identityOrigin.ts'
import { createActivityLog } from '../log/activityLog.ts'
import { MethodPage } from '../session/MethodPage.tsx'
import { RedirectSignIn } from '../session/RedirectSignIn.tsx'
import { useSettings } from '../settings/useSettings.ts'
import { authPerSettings } from './authPerSettings.ts'
import type { DemoMethod, MethodPageProps } from './demoMethod.ts'

const path = '/authorization-code'
const clientIds = { 8: 'demo-8s', 60: 'demo-60s', 3600: 'demo-1h' } as const
const log = createActivityLog('authorization-code')

const authFor = authPerSettings(log, ({ lifetime, storage }) =>
  createAuth({
    method: authorizationCode({
      issuer: identityOrigin,
      clientId: clientIds[lifetime],
      redirectUri: `${path}/callback`,
      postLogoutRedirectUri: path,
      scope: 'openid profile email offline_access read:resources write:resources',
    }),
    api: `${identityOrigin}/v1/`,
    storage,
    // A session belongs to the client that got it, so each client keeps its own.
    name: `authorization-code-${lifetime}`,
  }),
)

/** Signing in at the identity server, by redirect. */
export const authorizationCodeMethod: DemoMethod = {
  path,
  name: 'Authorization code with PKCE',
  summary:
    'You sign in on the identity server’s own page and come back with a code that only this tab can redeem. ' +
    'The app never sees a password: the way to choose unless you have a reason not to.',
  defaults: { lifetime: 60, storage: 'session' },
  Page: AuthorizationCodePage,
  Callback: AuthorizationCodeCallback,
}

function AuthorizationCodePage({ method }: MethodPageProps): ReactNode {
  const [settings, changeSettings] = useSettings(method)
  const auth = authFor(settings)
  return (
    <MethodPage
      {...{ method, auth, log, settings, changeSettings }}
      signIn={<RedirectSignIn login={() => auth.login()} />}
    />
  )
}

function AuthorizationCodeCallback({ method }: MethodPageProps): ReactNode {
  const [settings] = useSettings(method)
  const auth = authFor(settings)
  return <CallbackPage method={method} auth={auth} login={(returnTo) => auth.login({ returnTo })} />
}
