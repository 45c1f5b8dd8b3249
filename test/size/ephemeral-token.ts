import { createAuth } from '@tessera-auth/core'
import { ephemeralToken } from '@tessera-auth/core/ephemeral-token'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: ephemeralToken({ exchangeUrl: '/v1/sessions/exchange' }),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login({ ephemeralToken: 'secret' }))
