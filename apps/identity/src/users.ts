import type { ApiScope } from './scopes.ts'

/** A person who can sign in. */
export interface User {
  /** Subject identifier, the same at both doors (OpenID Connect Core §2, `sub`). */
  readonly sub: string
  readonly name: string
  readonly email: string
  /** Of nobody: numbers like these are kept for fiction. */
  readonly phone: string
  /** Postal, in one line. */
  readonly address: string
  /** What the person may do at the API; anything else is never granted, whoever asks. */
  readonly apiScopes: readonly ApiScope[]
  /** What the person may do besides, where a session is stepped up. Default: nothing. */
  readonly stepUpScopes?: readonly ApiScope[]
}

/** Everyone who can sign in. */
export const users: readonly User[] = [
  {
    sub: 'ada',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    phone: '+44 20 7946 0018',
    address: '12 St James’s Square, London',
    apiScopes: ['read:resources', 'write:resources'],
    stepUpScopes: ['payments'],
  },
  { sub: 'bob', name: 'Bob Martin', email: 'bob@example.com', phone: '+44 20 7946 0364', address: '5 Mill Lane, London', apiScopes: ['read:resources'] },
]

/** Somebody whose account was disabled. Firebase says so; the other doors answer as if there were no such account. */
export const disabledUser: User = { sub: 'carol', name: 'Carol Shaw', email: 'carol@example.com', phone: '+44 20 7946 0977', address: '8 Park Row, London', apiScopes: [] }

/** The password of every user. The sign-in page shows it: this server is for a demo on one computer. */
export const sharedPassword = 'correct-horse'

/** The user with this subject identifier. */
export function userBySub(sub: string): User | undefined {
  return users.find((user) => user.sub === sub)
}

/** The user with this e-mail address, whatever its case and surrounding space. */
export function userByEmail(email: string): User | undefined {
  const wanted = email.trim().toLowerCase()
  return users.find((user) => user.email === wanted)
}
