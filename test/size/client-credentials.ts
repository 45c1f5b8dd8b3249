import { createAuth } from '@tessera-auth/core'
import { clientCredentials } from '@tessera-auth/core/client-credentials'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: clientCredentials({ tokenUrl: 'https://id.example/token', clientId: 'machine', clientSecret: 'secret' }),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login())
