import { createAuth } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import type { ReactNode } from 'react'
import { identityOrigin } from '../identityOrigin.ts'
import { createActivityLog } from '../log/activityLog.ts'
import { MethodPage } from '../session/MethodPage.tsx'
import { PasswordSignIn } from '../session/PasswordSignIn.tsx'
import { useSettings } from '../settings/useSettings.ts'
import { authPerSettings } from './authPerSettings.ts'
import type { DemoMethod, MethodPageProps } from './demoMethod.ts'

const log = createActivityLog('password')

const authFor = authPerSettings(log, ({ lifetime, storage }) =>
  createAuth({
    method: password({
      loginUrl: `${identityOrigin}/v1/auth/login?lifetime=${lifetime}`,
      refreshUrl: `${identityOrigin}/v1/auth/refresh`,
      logoutUrl: `${identityOrigin}/v1/auth/logout`,
    }),
    api: `${identityOrigin}/v1/`,
    storage,
    // A session keeps the lifetime it was made with, so each lifetime keeps its own.
    name: `password-${lifetime}`,
  }),
)

/** Signing in with a form of the app's own. */
export const passwordMethod: DemoMethod = {
  path: '/password',
  name: 'Password',
  summary:
    'You sign in with a form of this app, and the app’s own server answers with tokens. ' +
    'For a first-party app and its own accounts only; somebody else’s passwords belong on somebody else’s page.',
  defaults: { lifetime: 60, storage: 'memory' },
  Page: PasswordPage,
}

function PasswordPage({ method }: MethodPageProps): ReactNode {
  const [settings, changeSettings] = useSettings(method)
  const auth = authFor(settings)
  return (
    <MethodPage {...{ method, auth, log, settings, changeSettings }} signIn={<PasswordSignIn login={auth.login} />} />
  )
}
