import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { cookieSession } from '@tessera-auth/core/cookie-session'
import { parkRequests } from '@tessera-auth/core/parking'
import type { ComponentType } from 'react'
import { environment } from '../environment.ts'
import { api, identityOrigin } from '../identityOrigin.ts'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { openidClient } from '../methods/openidClient.ts'
import { ButtonSignIn } from '../session/ButtonSignIn.tsx'
import { PasswordSignIn } from '../session/PasswordSignIn.tsx'

/** A way to sign in that does not leave the page. */
export interface Door {
  readonly auth: DemoAuth
  /** `name` is the button's. */
  readonly SignIn: ComponentType<{ readonly name: string }>
  /** Whether the server can be asked to revoke what calls carry. */
  readonly canRevoke: boolean
}

/** Where people come back to from the window. */
export const path = '/session-expired'

const sessionUrl = `${identityOrigin}/v1/session`
const cookie = parkRequests(
  createAuth({ method: cookieSession({ sessionUrl, loginUrl: `${sessionUrl}/login`, logoutUrl: `${sessionUrl}/logout` }), api, name: 'expired-form' }, environment),
)
const provider = parkRequests(createAuth({ method: authorizationCode(openidClient('expiring', path)), api, name: 'expired-popup' }, environment))

export const doors: Readonly<Record<'form' | 'popup', Door>> = {
  form: {
    auth: cookie,
    SignIn: ({ name }) => <PasswordSignIn name={name} login={cookie.login} />,
    canRevoke: true,
  },
  popup: {
    auth: provider,
    SignIn: ({ name }) => (
      <ButtonSignIn name={name} login={() => provider.login({ presentation: 'popup' })} about="Opens the identity server in a window of its own. This page stays." />
    ),
    canRevoke: false,
  },
}
