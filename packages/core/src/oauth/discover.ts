import { discoveryRequest, processDiscoveryResponse, type AuthorizationServer } from 'oauth4webapi'
import { isSecureUrl } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'
import { requestOptions } from './requestOptions.ts'
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
] as const
const required: readonly string[] = ['authorization_endpoint', 'token_endpoint']
const others = ['authorization_response_iss_parameter_supported', 'id_token_signing_alg_values_supported'] as const

/**
 * The provider's metadata (OpenID Connect Discovery §4, RFC 8414 §3), fetched at most once an hour in a tab.
 *
 * @throws AuthError a transient code; `invalid_response` when it belongs to another issuer or an endpoint is not https.
 */
export async function discover(issuer: string, ctx: MethodContext): Promise<AuthorizationServer> {
  const kept = readKept(issuer, ctx)
  if (kept !== null) return kept
  const response = await discoveryRequest(new URL(issuer), requestOptions(ctx))
  if (!response.ok) throw await tokenError(response, ctx.now())
  let server: AuthorizationServer
  try {
    server = await processDiscoveryResponse(new URL(issuer), response)
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'unknown'
    throw new AuthError('invalid_response', `The metadata of ${issuer} cannot be used: ${problem}.`)
  }
  const metadata = pick({ ...server })
  keep(metadata, ctx)
  return metadata
}

/** Only the members that we use (RFC 8414 §2), each endpoint checked. */
function pick(server: Readonly<Record<string, unknown>>): AuthorizationServer {
  const picked: Record<string, unknown> = {}
  for (const member of endpoints) {
    const value = server[member]
    if (value === undefined && !required.includes(member)) continue
    if (typeof value !== 'string' || !URL.canParse(value) || !isSecureUrl(new URL(value))) {
      throw new AuthError('invalid_response', `The provider's metadata cannot be used: ${member} is no https URL.`)
    }
    picked[member] = value
  }
  for (const member of others) picked[member] = server[member]
  return { ...picked, issuer: String(server['issuer']) }
}

function readKept(issuer: string, ctx: MethodContext): AuthorizationServer | null {
  try {
    const { server, fetchedAt } = membersOf(JSON.parse(ctx.scratch.getItem(key) ?? ''))
    const metadata = pick(membersOf(server))
    const isOurs = new URL(metadata.issuer).href === new URL(issuer).href
    return isOurs && typeof fetchedAt === 'number' && Math.abs(ctx.now() - fetchedAt) < maxAgeMs ? metadata : null
  } catch {
    return null
  }
}

function keep(server: AuthorizationServer, ctx: MethodContext): void {
  try {
    ctx.scratch.setItem(key, JSON.stringify({ server, fetchedAt: ctx.now() }))
  } catch {
    // A full or blocked storage costs one request more next time.
  }
}
