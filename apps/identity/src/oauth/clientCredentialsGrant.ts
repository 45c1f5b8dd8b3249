import type { AccessTokens } from '../api/createAccessTokens.ts'
import { problem, type Result } from '../api/result.ts'
import { splitScope } from '../scopes.ts'
import type { MachineClient } from './oauthClients.ts'

/** Life of a machine's access token in seconds. */
export const machineTokenSeconds = 3600

/** What a machine asks for, and how it is told. */
export interface MachineRequest {
  /** Scope string (RFC 6749 §3.3); everything the machine may do when left out. */
  readonly scope: string | undefined
  readonly lifetimeSeconds: number
  readonly tellsScope: boolean
}

/** Gives a machine an access token of its own, without a refresh token (RFC 6749 §4.4.3). */
export async function clientCredentialsGrant(
  { id, scopes }: MachineClient,
  { scope = '', lifetimeSeconds, tellsScope }: MachineRequest,
  accessTokens: AccessTokens,
): Promise<Result> {
  const requested = splitScope(scope)
  const granted = scopes.filter((value) => requested.length === 0 || requested.includes(value))
  if (granted.length < requested.length) {
    return problem(400, 'invalid_scope', 'This client does not have all of that scope.')
  }
  const body = {
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    access_token: await accessTokens.issue({ sub: id, apiScopes: granted }, lifetimeSeconds),
    ...(tellsScope ? { scope: granted.join(' ') } : {}),
  }
  return { status: 200, body, outcome: 'token issued', user: id }
}
