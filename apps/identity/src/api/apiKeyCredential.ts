import type { CredentialCheck } from './credential.ts'
import type { ApiKeys } from './createApiKeys.ts'
import { problem } from './result.ts'

/** Checks an API key in the header `X-API-Key`, or in the parameter `api_key`, where histories and logs keep it. */
export function apiKeyCredential(apiKeys: ApiKeys): CredentialCheck {
  return async (c) => {
    const key = c.req.header('X-API-Key') ?? c.req.query('api_key')
    if (key === undefined) return undefined
    const principal = apiKeys.find(key)
    if (principal !== undefined) return { kind: 'apiKey', principal, revoke: () => apiKeys.revoke(key) }
    const description = 'The API key is unknown or was deleted.'
    return { ...problem(401, 'invalid_api_key', description), challenge: 'ApiKey realm="tessera"' }
  }
}
