import type { ReactNode } from 'react'
import { keyWords } from '../words/errorWords.ts'
import { SecretSignIn } from './SecretSignIn.tsx'

interface KeySignInProps {
  readonly login: (input: { readonly key: string }) => Promise<void>
  /** Of the button. Default “Sign in”. */
  readonly name?: string
}

/** A form for an API key. */
export function KeySignIn({ login, name = 'Sign in' }: KeySignInProps): ReactNode {
  return (
    <SecretSignIn
      label="API key"
      item={{ path: '/demo/api-key', member: 'key' }}
      login={(key) => login({ key })}
      words={keyWords}
      hint="A page of your settings would make one and show it once. Here, “Get one” asks the identity server’s desk."
      name={name}
    />
  )
}
