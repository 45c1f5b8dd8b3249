import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { AuthProvider, useAuth } from '@tessera-auth/react'
import { createRoot } from 'react-dom/client'

const auth = createAuth({ method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }) })
await auth.handleCallback().then((back) => back.type === 'signed_in' && history.replaceState(null, '', back.returnTo))

function App() {
  const { user, login } = useAuth()
  if (!user) return <button onClick={() => void login()}>Sign in</button>
  return <button onClick={() => void auth.fetch('/api/orders')}>Orders of {user.name}</button>
}
createRoot(document.body).render(<AuthProvider auth={auth}><App /></AuthProvider>)
