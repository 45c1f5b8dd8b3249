import type { Context } from 'hono'
import { apiKeyCredential } from './apiKeyCredential.ts'
import { bearerCredential } from './bearerCredential.ts'
import { cookieCredential } from './cookieCredential.ts'
import { missingCredential, type Credential } from './credential.ts'
import type { CredentialStores } from './credentialStores.ts'
import { dpopCredential } from './dpopCredential.ts'
import type { Result } from './result.ts'

/** Finds out who sends a request: the credential, or how to refuse it. */
export type Authenticate = (c: Context) => Promise<Credential | Result>

/** Accepts every kind of credential. The first that a request carries counts, whether or not it is good. */
export function createAuthenticate(stores: CredentialStores): Authenticate {
  // The cookie comes last: browsers add it by themselves, the others are what the caller meant.
  const checks = [
    bearerCredential(stores),
    dpopCredential(stores),
    apiKeyCredential(stores.apiKeys),
    cookieCredential(stores.appSessions),
  ]
  return async (c) => {
    for (const check of checks) {
      const checked = await check(c)
      if (checked !== undefined) return checked
    }
    return missingCredential()
  }
}
