import { createAuth } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: password({ loginUrl: '/v1/auth/login', refreshUrl: '/v1/auth/refresh' }),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login({ email: 'ada@example.com', password: 'secret' }))
