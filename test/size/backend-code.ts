import { createAuth } from '@tessera-auth/core'
import { backendCode } from '@tessera-auth/core/backend-code'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: backendCode({ authorizationUrl: 'https://id.example/authorize', clientId: 'web', exchangeUrl: '/exchange' }),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login())
