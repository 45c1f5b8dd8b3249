import { discoveryRequest, processDiscoveryResponse, type AuthorizationServer } from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'
import { isEndpoint } from './isEndpoint.ts'
import { forgetKeySet } from './keySet.ts'
import { requestOptions } from './requestOptions.ts'
import { signingAlgorithms } from './signingAlgorithms.ts'
import { tokenError } from '../endpoint/tokenError.ts'

/** How long metadata may be reused. */
const maxAgeMs = 3_600_000

const key = 'metadata'

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'end_session_endpoint',
  'pushed_authorization_request_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
] as const
const required = ['authorization_endpoint', 'token_endpoint']

/**
 * The provider's metadata (OpenID Connect Discovery §4, RFC 8414 §3), fetched at most once an hour in a tab.
 *
 * @param needed Endpoints without which nothing can be done, beside those for authorization and tokens.
 * @throws AuthError a transient code; `invalid_response` when it belongs to another issuer or an endpoint is missing or not https.
 */
export async function discover(issuer: string, needed: readonly string[], ctx: MethodContext): Promise<AuthorizationServer> {
  const kept = readKept(issuer, needed, ctx)
  if (kept !== null) return kept
  const response = await discoveryRequest(new URL(issuer), requestOptions(ctx))
  if (!response.ok) throw await tokenError(response, ctx.now())
  let server: AuthorizationServer
  try {
    server = await processDiscoveryResponse(new URL(issuer), response)
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'unknown'
    throw new AuthError('invalid_response', `The metadata of ${issuer} cannot be used: ${problem}. Look at "issuer", and at the provider.`)
  }
  const metadata = pick(membersOf(server), needed)
  keep(metadata, ctx)
  return metadata
}

/** Has the metadata fetched anew next time. */
export function forgetMetadata({ scratch }: MethodContext): void {
  scratch.removeItem(key)
}

/** Only the members that we use (RFC 8414 §2), each endpoint checked. */
function pick(server: Readonly<Record<string, unknown>>, needed: readonly string[]): AuthorizationServer {
  const picked: Record<string, unknown> = {}
  const issuer = String(server['issuer'])
  // RFC 9126 §5.
  const pushing = server['require_pushed_authorization_requests'] === true ? ['pushed_authorization_request_endpoint'] : []
  const indispensable = [...required, ...needed, ...pushing]
  for (const member of endpoints) {
    const value = server[member]
    if (value === undefined && !indispensable.includes(member)) continue
    if (!isEndpoint(value, issuer)) throw new AuthError('invalid_response', `The provider's metadata cannot be used: ${member} is no https URL. Look at the provider.`)
    picked[member] = value
  }
  const { authorization_response_iss_parameter_supported: namesIssuer, id_token_signing_alg_values_supported: algorithms } = server
  return {
    ...picked,
    issuer,
    authorization_response_iss_parameter_supported: namesIssuer === true,
    // Without the list, oauth4webapi takes RS256 alone.
    ...(Array.isArray(algorithms) && { id_token_signing_alg_values_supported: signingAlgorithms.filter((each) => algorithms.includes(each)) }),
  }
}

function readKept(issuer: string, needed: readonly string[], ctx: MethodContext): AuthorizationServer | null {
  try {
    const { server, fetchedAt } = membersOf(JSON.parse(ctx.scratch.getItem(key) ?? ''))
    const metadata = pick(membersOf(server), needed)
    const isOurs = new URL(metadata.issuer).href === new URL(issuer).href
    return isOurs && typeof fetchedAt === 'number' && Math.abs(ctx.now() - fetchedAt) < maxAgeMs ? metadata : null
  } catch {
    return null
  }
}

function keep(server: AuthorizationServer, ctx: MethodContext): void {
  try {
    // Those of before may be elsewhere now.
    forgetKeySet(ctx)
    ctx.scratch.setItem(key, JSON.stringify({ server, fetchedAt: ctx.now() }))
  } catch {
    // A full or blocked storage costs one request more next time.
  }
}
