import { createAuth } from '@tessera-auth/core'
import { firebase } from '@tessera-auth/core/firebase'
import { startApp } from './startApp.tsx'

const auth = createAuth({
  method: firebase({ apiKey: 'public' }),
  api: 'https://api.example/v1/',
})
startApp(auth, () => auth.login({ email: 'ada@example.com', password: 'secret' }))
