import { createAuth } from '@tessera-auth/core'
import { apiKey } from '@tessera-auth/core/api-key'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: apiKey(),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login({ key: 'secret' }))
