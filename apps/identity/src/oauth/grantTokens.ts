import { lifetimeAdvice, parseLifetime } from '../api/parseLifetime.ts'
import { malformed, problem, type Result } from '../api/result.ts'
import { clientCredentialsGrant, machineTokenSeconds } from './clientCredentialsGrant.ts'
import { codeGrant } from './codeGrant.ts'
import type { OauthClient } from './oauthClients.ts'
import type { OauthServer } from './oauthServer.ts'
import type { RequestParameters } from './readParameters.ts'
import { refreshGrant } from './refreshGrant.ts'

/** A request of a machine that authenticates with HTTP Basic. */
export interface MachineForm {
  readonly form: RequestParameters
  /** `undefined` when its credentials are wrong. */
  readonly client: OauthClient | undefined
  /** Life of the token as the request asks for it, in seconds. */
  readonly lifetime: string | undefined
}

const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const

/** Answers a token request (RFC 6749 §5). The client is `undefined` when its credentials are wrong. */
export async function grantTokens(
  form: RequestParameters,
  client: OauthClient | undefined,
  server: OauthServer,
): Promise<Result> {
  const refusal = refusalOf(form, grantTypes)
  if (refusal !== undefined) return refusal
  if (client === undefined) return invalidClient()
  const { values } = form
  const grantType = values.get('grant_type')
  if (grantType === 'authorization_code' && client.kind !== 'machine') return codeGrant(client, values, server)
  if (grantType === 'refresh_token' && client.kind === 'public') return refreshGrant(client, values, server)
  if (grantType === 'client_credentials' && client.kind === 'machine') {
    const request = { scope: values.get('scope'), lifetimeSeconds: machineTokenSeconds, tellsScope: true }
    return clientCredentialsGrant(client, request, server.stores.accessTokens)
  }
  return unauthorizedClient()
}

/** Answers a token request of a machine, whose answer tells no scope. */
export async function grantMachine({ form, client, lifetime }: MachineForm, { stores }: OauthServer): Promise<Result> {
  const refusal = refusalOf(form, ['client_credentials'])
  if (refusal !== undefined) return refusal
  if (client === undefined) return { ...invalidClient(), challenge: 'Basic realm="tessera"' }
  if (client.kind !== 'machine') return unauthorizedClient()
  const lifetimeSeconds = parseLifetime(lifetime, machineTokenSeconds)
  if (lifetimeSeconds === undefined) return malformed(lifetimeAdvice(machineTokenSeconds))
  const request = { scope: form.values.get('scope'), lifetimeSeconds, tellsScope: false }
  return clientCredentialsGrant(client, request, stores.accessTokens)
}

function refusalOf({ values, repeated }: RequestParameters, known: readonly string[]): Result | undefined {
  const grantType = values.get('grant_type')
  if (repeated.size > 0) return malformed('A parameter was sent twice.')
  if (grantType === undefined) return malformed('The body must be a form with grant_type.')
  if (known.includes(grantType)) return undefined
  return problem(400, 'unsupported_grant_type', `grant_type must be ${known.join(' or ')}.`)
}

function invalidClient(): Result {
  return { status: 401, body: { error: 'invalid_client' }, outcome: 'invalid_client' }
}

function unauthorizedClient(): Result {
  return problem(400, 'unauthorized_client', 'This client may not use this grant type.')
}
