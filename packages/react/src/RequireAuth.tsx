import type { ReactNode } from 'react'
import type { SignedInView, SignedOutView } from './authView.ts'
import { useAuth } from './useAuth.ts'

/** Something to show, or a function that makes it of what `useAuth()` gives. The function is no component, so it uses no hooks. */
type Shown<View> = ReactNode | ((auth: View) => ReactNode)

interface Shared {
  /** Shown to somebody signed in. */
  readonly children: ReactNode
  /** Shown when nobody is signed in. As a function, it knows the `reason` and the `error`. */
  readonly fallback: Shown<SignedOutView>
  /** Shown until it is known who is signed in, and on a server. Default: nothing, so no login page flashes by. */
  readonly loading?: ReactNode
  /** Shown while it cannot be known who is signed in, as a server did not answer: `error` says why. Default: `loading`. */
  readonly unreachable?: Shown<SignedOutView>
}

interface ForEverybody {
  readonly scopes?: undefined
  readonly forbidden?: undefined
}

interface ForScopes {
  /** Scopes of which the person must have been granted every one. */
  readonly scopes: readonly string[]
  /** Shown to somebody signed in to whom a scope is missing. */
  readonly forbidden: Shown<SignedInView>
}

/** Properties of {@link RequireAuth}: who asks for scopes says what those see who lack one. */
export type RequireAuthProps = Shared & (ForEverybody | ForScopes)

/**
 * Shows its children to people who are signed in, with the scopes it asks for, and to nobody else.
 * A convenience of the screen: what must be protected, a server protects.
 *
 * @example
 * <RequireAuth fallback={({ reason }) => <SignIn reason={reason} />}><Orders /></RequireAuth>
 *
 * @throws Error outside an `AuthProvider`.
 */
export function RequireAuth(props: RequireAuthProps): ReactNode {
  const { children, fallback, loading = null, unreachable = loading, scopes = [], forbidden } = props
  const auth = useAuth()
  switch (auth.status) {
    case 'loading':
      return auth.error === null ? loading : show(unreachable, auth)
    case 'unauthenticated':
      return show(fallback, auth)
    case 'authenticated':
      return scopes.every((scope) => auth.scope.includes(scope)) ? children : show(forbidden, auth)
  }
}

function show<View>(shown: Shown<View>, auth: View): ReactNode {
  return typeof shown === 'function' ? shown(auth) : shown
}
