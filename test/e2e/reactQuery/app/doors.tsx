import type { Auth, Claims } from '@tessera-auth/core'
import type { PasswordInput } from '@tessera-auth/core/password'
import type { ReactNode } from 'react'

/** The ways in and out. */
export function Doors({ auth }: { readonly auth: Pick<Auth<PasswordInput, Claims>, 'login' | 'logout'> }): ReactNode {
  const signIn = (name: string) => void auth.login({ email: `${name}@example.com`, password: 'correct' })
  return (
    <nav>
      <button onClick={() => signIn('ada')}>Ada</button>
      <button onClick={() => signIn('bob')}>Bob</button>
      <button onClick={() => void auth.logout()}>Out</button>
    </nav>
  )
}
