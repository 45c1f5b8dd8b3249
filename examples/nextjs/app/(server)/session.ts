'use client'

import { createAuth } from '@tessera-auth/core'
import { cookieSession } from '@tessera-auth/core/cookie-session'

/** The session is a cookie that no script reads; this signs in and out, and notices when it is another's. */
export const session = createAuth({
  method: cookieSession({ sessionUrl: '/v1/session', loginUrl: '/v1/session/login', logoutUrl: '/v1/session/logout' }),
  name: 'session',
})
