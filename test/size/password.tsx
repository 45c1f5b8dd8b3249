import { createAuth } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { AuthProvider, useAuth, useAuthedFetch } from '@tessera-auth/react'
import { createRoot } from 'react-dom/client'

const auth = createAuth({
  method: password({ loginUrl: '/v1/auth/login', refreshUrl: '/v1/auth/refresh' }),
  api: ['https://api.example/v1/'],
})

function App() {
  const { isAuthenticated, user, login, logout } = useAuth()
  const fetch = useAuthedFetch()
  if (!isAuthenticated) {
    return (
      <button type="button" onClick={() => void login({ email: 'ada@example.com', password: 'secret' })}>
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
    <App />
  </AuthProvider>,
)
