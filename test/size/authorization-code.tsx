import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { AuthCallback, AuthProvider, useAuth, useAuthedFetch } from '@tessera-auth/react'
import { createRoot } from 'react-dom/client'

const auth = createAuth({
  method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }),
  api: ['https://api.example/v1/'],
})

function App() {
  const { isAuthenticated, user, login, logout } = useAuth()
  const fetch = useAuthedFetch()
  if (!isAuthenticated) {
    return (
      <button type="button" onClick={() => void login()}>
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

createRoot(document.body).render(
  <AuthProvider auth={auth}>
    {location.pathname === '/callback' ? (
      <AuthCallback onDone={({ returnTo }) => history.replaceState(null, '', returnTo)} />
    ) : (
      <App />
    )}
  </AuthProvider>,
)
