import { useInsertionEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore, type CSSProperties, type ReactNode } from 'react'
import { AuthContext, useAuthContext, type AuthContextValue } from './authContext.ts'
import type { SignedOutView } from './authView.ts'
import type { RegisteredAuth } from './register.ts'
import { RequireAuth, type RequireAuthProps } from './RequireAuth.tsx'
import { createStayStore, type StayStore } from './stayStore.ts'
import { useAuth } from './useAuth.ts'

/** Properties of {@link SessionExpired}; all but `dialog` are those of `RequireAuth`. */
export interface SessionExpiredProps extends Pick<RequireAuthProps, 'children' | 'fallback' | 'loading' | 'unreachable'> {
  /**
   * Shown beside the children once the session has expired: where to sign in again in place, by a form or in a popup. As a function, it
   * gets what `useAuth()` gives; it is no component, so it uses no hooks.
   */
  readonly dialog: ReactNode | ((auth: SignedOutView) => ReactNode)
}

/**
 * Shows its children to whoever is signed in, as `RequireAuth` does, and keeps them when the session expires: they stay mounted and
 * cannot be used, with the dialog beside them, until the same person has signed in again. Anybody else gets children that are mounted
 * anew, and after a sign-out it is the fallback that shows. Meanwhile `useAuth()` in the children goes on saying who was signed in.
 *
 * @example
 * <SessionExpired fallback={<SignIn />} dialog={<SignInAgain />}><Orders /></SessionExpired>
 *
 * @throws Error outside an `AuthProvider`.
 */
export function SessionExpired({ children, dialog, ...signedOut }: SessionExpiredProps): ReactNode {
  const context = useAuthContext()
  const { stays, below } = useMemo(() => createKept(context), [context])
  const { key, isExpired, shown } = useSyncExternalStore(stays.subscribe, stays.getSnapshot, stays.getServerSnapshot)
  const auth = useAuth()

  if (shown === null) return <RequireAuth {...signedOut}>{null}</RequireAuth>
  const beside = typeof dialog !== 'function' ? dialog : auth.isAuthenticated ? null : dialog(auth)
  return (
    <KeptPage key={key} isExpired={isExpired} dialog={beside}>
      <AuthContext.Provider value={below}>{children}</AuthContext.Provider>
    </KeptPage>
  )
}

/** Who stays, and the context of their components. */
function createKept({ auth, view }: AuthContextValue): { readonly stays: StayStore; readonly below: AuthContextValue } {
  const stays = createStayStore(auth)
  // Not a copy: reading `ready` would start looking who is signed in.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It has what the auth has, but for the store.
  const own = Object.create(auth, { store: { value: stays.store, enumerable: true } }) as RegisteredAuth
  return { stays, below: { auth: own, view } }
}

interface KeptPageProps {
  readonly isExpired: boolean
  readonly dialog: ReactNode
  readonly children: ReactNode
}

/** There for the sake of `inert`, not of the layout. */
const boxless: CSSProperties = { display: 'contents' }

const focusable = ':is(input:not([type="hidden"]), button, select, textarea):not(:disabled), a[href], [tabindex]:not([tabindex="-1"])'

/** A page that cannot be used while a dialog is open; the focus goes there, and comes back to where it was. */
function KeptPage({ isExpired, dialog, children }: KeptPageProps): ReactNode {
  const page = useRef<HTMLDivElement>(null)
  const beside = useRef<HTMLDivElement>(null)
  const focused = useRef<Focusable | null>(null)

  // Sooner than a layout effect: before anything in the dialog takes the focus by `autoFocus`.
  useInsertionEffect(() => {
    const active = page.current?.ownerDocument.activeElement ?? null
    if (isExpired && isFocusable(active)) focused.current = active
  }, [isExpired])

  useLayoutEffect(() => {
    // As an attribute: React 18 knows no property `inert`, and 19 takes no text for one.
    page.current?.toggleAttribute('inert', isExpired)
    const active = page.current?.ownerDocument.activeElement ?? null
    if (isExpired && beside.current?.contains(active) === false) focusFirst(beside.current)
    if (isExpired) return
    if (isLost(active)) focused.current?.focus()
    focused.current = null
  }, [isExpired])

  return (
    <>
      <div ref={page} style={boxless}>
        {children}
      </div>
      {isExpired && (
        <div ref={beside} style={boxless}>
          {dialog}
        </div>
      )}
    </>
  )
}

/** To the first that takes it: what is not rendered does not. A dialog may take it itself. */
function focusFirst(within: Element): void {
  for (const each of [...within.querySelectorAll<HTMLElement>(focusable), ...within.querySelectorAll<HTMLElement>('[tabindex="-1"]')]) {
    each.focus()
    if (each === each.ownerDocument.activeElement) return
  }
}

/** Where the focus is when what had it is gone. */
function isLost(active: Element | null): boolean {
  return active === null || active === active.ownerDocument.body
}

type Focusable = Element & HTMLOrSVGElement

function isFocusable(element: Element | null): element is Focusable {
  return element !== null && 'focus' in element
}
