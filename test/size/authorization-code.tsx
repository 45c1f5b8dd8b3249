import { createAuth } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import { AuthCallback, AuthProvider } from '@tessera-auth/react'
import { createRoot } from 'react-dom/client'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }),
  api: 'https://api.example/v1/',
})

if (location.pathname === '/callback') {
  createRoot(document.body).render(
    <AuthProvider auth={auth}>
      <AuthCallback onDone={({ returnTo }) => history.replaceState(null, '', returnTo)} />
    </AuthProvider>,
  )
} else startApp(auth, () => auth.login())
