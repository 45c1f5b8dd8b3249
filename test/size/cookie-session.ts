import { createAuth } from '@tessera-auth/core'
import { cookieSession } from '@tessera-auth/core/cookie-session'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: cookieSession({ sessionUrl: '/v1/session', loginUrl: '/v1/session/login' }),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login({ email: 'ada@example.com', password: 'secret' }))
