import { AuthProvider, useAuth, useAuthedFetch, type AuthProviderProps } from '@tessera-auth/react'
import { createRoot } from 'react-dom/client'

function App({ signIn }: { readonly signIn: () => Promise<void> }) {
  const { isAuthenticated, user, logout } = useAuth()
  const fetch = useAuthedFetch()
  if (!isAuthenticated) {
    return (
      <button type="button" onClick={() => void signIn()}>
        Sign in
      </button>
    )
  }
  return (
    <>
      <p>{user?.sub}</p>
      <button type="button" onClick={() => void fetch('https://api.example/v1/orders')}>
        Orders
      </button>
      <button type="button" onClick={() => void logout()}>
        Sign out
      </button>
    </>
  )
}

/** A small app around an auth: what is weighed is the auth. */
export function startApp(auth: AuthProviderProps['auth'], signIn: () => Promise<void>): void {
  createRoot(document.body).render(
    <AuthProvider auth={auth}>
      <App signIn={signIn} />
    </AuthProvider>,
  )
}
