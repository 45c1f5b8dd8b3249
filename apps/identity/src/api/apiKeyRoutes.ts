import { Hono } from 'hono'
import { apiScopes, type ApiScope } from '../scopes.ts'
import { lackingScope, notOfUser } from './credential.ts'
import type { ApiKey, ApiKeys } from './createApiKeys.ts'
import type { Principal } from './principal.ts'
import { readJsonObject } from './readJsonObject.ts'
import { requireCredential, type Gate } from './requireCredential.ts'
import { answer, malformed, problem } from './result.ts'

const maxNameLength = 100

/**
 * Making, listing and deleting one's own API keys. Not with an API key: one that got into wrong hands must not be able
 * to make others, which would outlive it.
 */
export function apiKeyRoutes(apiKeys: ApiKeys, gate: Gate): Hono {
  const routes = new Hono()
  const ofUser = requireCredential(gate, (credential) =>
    notOfUser(credential, ['accessToken', 'sessionToken', 'appSession']),
  )

  routes.get('/', ofUser, (c) =>
    c.json({ api_keys: apiKeys.list(c.get('credential').principal.subject).map(describe) }),
  )

  routes.post('/', ofUser, async (c) => {
    const { name, scopes } = await readJsonObject(c.req)
    if (typeof name !== 'string' || name.trim() === '' || name.length > maxNameLength) {
      return answer(c, malformed(`name must be text of 1 to ${maxNameLength} characters.`))
    }
    if (!isScopes(scopes)) return answer(c, malformed(`scopes must be a list of some of: ${apiScopes.join(', ')}.`))
    const credential = c.get('credential')
    const refusal = lackingScope(credential, scopes)
    if (refusal !== undefined) return answer(c, refusal)
    return c.json(createApiKey(apiKeys, name.trim(), { ...credential.principal, scopes: [...new Set(scopes)] }), 201)
  })

  routes.delete('/:id', ofUser, (c) => {
    const isRemoved = apiKeys.remove(c.get('credential').principal.subject, c.req.param('id'))
    return isRemoved ? c.body(null, 204) : answer(c, problem(404, 'not_found', 'You have no API key with this id.'))
  })

  return routes
}

/** Makes an API key and describes it, this once with the key itself. */
export function createApiKey(apiKeys: ApiKeys, name: string, principal: Principal): object {
  const { apiKey, key } = apiKeys.create(name, principal)
  return { ...describe(apiKey), key }
}

function describe({ id, name, principal, createdAt }: ApiKey) {
  return { id, name, scopes: principal.scopes, created_at: new Date(createdAt).toISOString() }
}

function isScopes(value: unknown): value is ApiScope[] {
  const known: readonly unknown[] = apiScopes
  return Array.isArray(value) && value.length > 0 && value.every((item) => known.includes(item))
}
