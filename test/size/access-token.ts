import { createAuth } from '@tessera-auth/core'
import { accessToken } from '@tessera-auth/core/access-token'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: accessToken(),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login({ token: 'secret' }))
