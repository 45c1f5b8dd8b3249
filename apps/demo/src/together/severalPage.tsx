import { createAuth } from '@tessera-auth/core'
import { environment } from '../environment.ts'
import { apiKey } from '@tessera-auth/core/api-key'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { password } from '@tessera-auth/core/password'
import type { ReactNode } from 'react'
import { api, identityOrigin } from '../identityOrigin.ts'
import { createMethodPage } from '../methods/createMethodPage.tsx'
import type { DemoPage } from '../methods/demoPage.ts'
import { openidClient } from '../methods/openidClient.ts'
import { passwordDoor } from '../methods/passwordDoor.ts'
import { ButtonSignIn } from '../session/ButtonSignIn.tsx'
import { KeySignIn } from '../session/KeySignIn.tsx'
import { PasswordSignIn } from '../session/PasswordSignIn.tsx'
import { personLook, secretLook, textOf, type SessionLook } from '../session/sessionLook.ts'
import { storageChoice, storageOptions } from '../settings/storageChoice.ts'

const path = '/several'
const keyLook = secretLook('key')

const look: SessionLook = {
  ...personLook,
  who: (auth) => `${(auth.method === 'key' ? keyLook : personLook).who(auth)}, by the method “${auth.method}”`,
  details: [
    { term: 'Method', of: ({ method }) => method },
    { term: 'Name', of: ({ user }) => user?.name ?? textOf(user, 'hint') },
  ],
  carries: 'what the method has',
  noRefresh: (auth) => (auth.method === 'key' ? keyLook.noRefresh(auth) : null),
}

/** One auth with three methods. */
export const severalPage: DemoPage = createMethodPage({
  path,
  name: 'One app, several ways',
  summary: 'Password, identity server or key: one session at a time, whichever way it came about, and the same calls afterwards.',
  when: 'For an app that lets people in by more than one door.',
  choices: { storage: storageChoice('session') },
  createAuth: ({ storage }) =>
    createAuth({
      methods: {
        password: password(passwordDoor('60')),
        provider: authorizationCode(openidClient('several', path)),
        key: apiKey({ probeUrl: `${identityOrigin}/v1/resources` }),
      },
      api,
      ...storageOptions(storage),
      name: 'several',
    }, environment),
  look: () => look,
  SignIn: ({ auth }) => (
    <div className="ways">
      <Way name="Password">
        <PasswordSignIn name="Sign in with the password" login={(input) => auth.login('password', input)} />
      </Way>
      <Way name="Identity server">
        <ButtonSignIn name="Sign in at the identity server" login={() => auth.login('provider')} />
      </Way>
      <Way name="API key">
        <KeySignIn name="Sign in with the key" login={(input) => auth.login('key', input)} />
      </Way>
    </div>
  ),
  loginAgain: (auth, returnTo) => auth.login('provider', { returnTo }),
})

function Way({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="way">
      <h3>{name}</h3>
      {children}
    </div>
  )
}
