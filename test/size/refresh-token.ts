import { createAuth } from '@tessera-auth/core'
import { refreshToken } from '@tessera-auth/core/refresh-token'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: refreshToken({ tokenUrl: 'https://id.example/token', clientId: 'web' }),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login({ refreshToken: 'secret' }))
