import type { DiagnosisHost, MethodContext } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'
import type { Finding } from '../session/finding.ts'
import { clientFindings, type DiagnosedClient, type ProviderEndpoints } from './clientFindings.ts'
import { isEndpoint } from './isEndpoint.ts'

/** What keeps people from signing in at this provider, as far as it can be told without a login. */
export async function diagnoseProvider(client: DiagnosedClient, { context, ask }: DiagnosisHost): Promise<readonly Finding[]> {
  const ctx = context()
  const { endpoints, findings } = client.endpoints === undefined ? await metadataFindings(client.issuer ?? '', ask) : given(client.endpoints)
  const redirectUri = redirectUriIn(client, ctx)
  const ofClient = endpoints === null ? [] : await clientFindings({ client, redirectUri, endpoints, ask, random: ctx.random })
  return [...redirectFindings(redirectUri, ctx), ...findings, ...ofClient]
}

interface Metadata {
  /** `null`: they cannot be used. */
  readonly endpoints: ProviderEndpoints | null
  readonly findings: readonly Finding[]
}

function given({ authorization, token, pushedAuthorizationRequest: push }: NonNullable<DiagnosedClient['endpoints']>): Metadata {
  return { endpoints: { authorization, token, push, keys: undefined }, findings: [] }
}

/** Asks afresh: what is kept from before may not be so any more. */
async function metadataFindings(issuer: string, ask: DiagnosisHost['ask']): Promise<Metadata> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const asked = await ask(url)
  if ('cure' in asked) return { endpoints: null, findings: [asked] }
  const metadata = membersOf(await asked.json().catch(() => null))
  if (!asked.ok || typeof metadata['issuer'] !== 'string') return unusable(`There is no metadata at ${url} (status ${asked.status}).`)
  if (!URL.canParse(metadata['issuer']) || new URL(metadata['issuer']).href !== new URL(issuer).href) return otherIssuer(issuer, metadata['issuer'])
  const names = ['authorization_endpoint', 'token_endpoint', 'pushed_authorization_request_endpoint', 'jwks_uri']
  const [authorization, token, push, keys] = names.map((name) => endpointOf(metadata[name], issuer))
  if (authorization === undefined || token === undefined) return unusable(`The metadata at ${url} name no authorization_endpoint or token_endpoint by https.`)
  const methods = metadata['code_challenge_methods_supported']
  return { endpoints: { authorization, token, push, keys }, findings: Array.isArray(methods) && !methods.includes('S256') ? [withoutPkce(issuer)] : [] }
}

function endpointOf(value: unknown, issuer: string): string | undefined {
  return isEndpoint(value, issuer) ? value : undefined
}

function unusable(message: string): Metadata {
  const cure = 'Look whether "issuer" is what the provider calls its issuer, path included. If it publishes no such file, give "endpoints".'
  return { endpoints: null, findings: [{ code: 'metadata_unusable', severity: 'error', message, cure }] }
}

function otherIssuer(issuer: string, named: string): Metadata {
  const name = /^[\x21-\x7e]{1,200}$/.test(named) ? named : 'something unreadable'
  const message = `The metadata of ${issuer} are of another issuer: ${name}.`
  const cure = 'Set "issuer" to that, to the letter, if that is your provider: often it is a tenant, a path or a slash that differs.'
  return { endpoints: null, findings: [{ code: 'issuer_mismatch', severity: 'error', message, cure }] }
}

function withoutPkce(issuer: string): Finding {
  const message = `${issuer} says that it does not know PKCE with S256, without which no login begins here.`
  return { code: 'pkce_unsupported', severity: 'warning', message, cure: 'Have the provider allow PKCE with S256 for this client.' }
}

function redirectUriIn({ redirectUri }: DiagnosedClient, { page }: MethodContext): URL | null {
  const href = page.href()
  return href !== null && URL.canParse(redirectUri, href) ? new URL(redirectUri, href) : null
}

function redirectFindings(redirectUri: URL | null, { page }: MethodContext): readonly Finding[] {
  const here = new URL(page.href() ?? 'about:blank')
  if (redirectUri === null) return []
  if (redirectUri.origin !== here.origin) {
    const message = `"redirectUri" is of ${redirectUri.origin}, and this page of ${here.origin}: whoever comes back there finds no login that was begun.`
    const cure = 'Open the app where redirectUri is, or give redirectUri as a path. localhost and 127.0.0.1 are two origins; so are those with www and without.'
    return [{ code: 'redirect_uri_mismatch', severity: 'error', message, cure }]
  }
  const isCallback = here.searchParams.has('state') && (here.searchParams.has('code') || here.searchParams.has('error'))
  if (!isCallback || here.pathname === redirectUri.pathname) return []
  const message = `A provider has sent somebody back to ${here.pathname}, and "redirectUri" is ${redirectUri.pathname}: the answer is not taken up.`
  return [{ code: 'redirect_uri_mismatch', severity: 'error', message, cure: `Let redirectUri be ${here.pathname}, slashes included, or the server not redirect from one to the other.` }]
}
