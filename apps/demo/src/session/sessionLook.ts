import type { AuthView, SignedInView } from '@tessera-auth/react'
import type { WhoWords } from '../words/statusWords.ts'

/** One line about who is signed in. */
export interface Detail {
  readonly term: string
  readonly of: (auth: SignedInView) => string | undefined
}

/** How a session shows on the page of its method. */
export interface SessionLook {
  /** How the status names it. */
  readonly who: WhoWords
  readonly details: readonly Detail[]
  /** What calls carry. */
  readonly carries: string
  /** Why there is nothing to count down; `null` where tokens run out. */
  readonly noCountdown: string | null
  /** Why it cannot be refreshed, as a sentence; `null` where it can. */
  readonly noRefresh: (auth: AuthView) => string | null
  /** Why there are no claims to look at; `null` where there are. */
  readonly noClaims: string | null
  /** Whether the browser keeps it in a cookie, for all tabs. */
  readonly isCookie: boolean
}

/** A person with a JWT that is refreshed: what most methods give. */
export const personLook: SessionLook = {
  who: ({ user }) => `as ${user?.name ?? 'somebody without a name'}`,
  details: [
    { term: 'Name', of: ({ user }) => user?.name },
    { term: 'Email', of: ({ user }) => user?.email },
  ],
  carries: 'the access token',
  noCountdown: null,
  noRefresh: () => null,
  noClaims: null,
  isCookie: false,
}

/** A person who tells more (OpenID Connect Core §5.1). */
export const contactLook: SessionLook = {
  ...personLook,
  details: [
    ...personLook.details,
    { term: 'Phone', of: ({ user }) => textOf(user, 'phone_number') },
    { term: 'Address', of: ({ user }) => textOf(user?.['address'], 'formatted') },
  ],
}

/** A person whose session the server keeps, behind a cookie. */
export const cookieLook: SessionLook = {
  ...personLook,
  carries: 'the cookie, which only the browser sees, and a CSRF token',
  noCountdown: 'Nothing to count down: the session is the server’s, and so is its end.',
  noClaims: 'There is no token in JavaScript to look at.',
  isCookie: true,
}

/** A secret that somebody brought along, known by its last four characters. */
export function secretLook(thing: 'token' | 'key'): SessionLook {
  return {
    who: ({ user }) => `with the ${thing} ${textOf(user, 'hint') ?? ''}`.trimEnd(),
    details: [{ term: thing === 'key' ? 'Key' : 'Token', of: ({ user }) => textOf(user, 'hint') }],
    carries: `the ${thing}`,
    noCountdown: `Nothing to count down: the ${thing} is good until somebody revokes it.`,
    noRefresh: () => `There is nothing to refresh: the ${thing} is permanent.`,
    noClaims: `This ${thing} says nothing about itself.`,
    isCookie: false,
  }
}

/** A member of the user, or of one of its claims, that is text. Not every method knows a person. */
export function textOf(user: unknown, name: string): string | undefined {
  const member: unknown = typeof user === 'object' && user !== null ? Reflect.get(user, name) : undefined
  return typeof member === 'string' || typeof member === 'number' ? String(member) : undefined
}
