import { wordOf } from '../endpoint/wordOf.ts'
import type { DiagnosisHost } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'
import type { Finding } from '../session/finding.ts'
import type { CheckedAuthorizationCodeOptions } from './authorizationCodeOptions.ts'
import { toForm, type Parameters } from './toForm.ts'

/** A public client, and where its provider is. */
export type DiagnosedClient = Pick<CheckedAuthorizationCodeOptions<unknown>, 'issuer' | 'endpoints' | 'clientId' | 'redirectUri' | 'scope' | 'parameters' | 'resource' | 'dpop'>

/** Where the provider is asked. */
export interface ProviderEndpoints {
  readonly authorization: string
  readonly token: string
  readonly push: string | undefined
  readonly keys: string | undefined
}

interface ClientOptions {
  readonly client: DiagnosedClient
  /** `null`: there is no page to come back to. */
  readonly redirectUri: URL | null
  readonly endpoints: ProviderEndpoints
  readonly ask: DiagnosisHost['ask']
  readonly random: () => string
}

const isUnknown = (error: string): boolean => ['invalid_client', 'unauthorized_client'].includes(error)

/** What says no more than that there was no proof (RFC 9449 §5, §8): it is asked without one. */
const proofErrors = ['invalid_dpop_proof', 'use_dpop_nonce']

/**
 * What the provider makes of this client. It is asked for nothing that could be used: at the token endpoint without a code, and for a
 * pushed request that nobody follows. Only the latter tells of the redirect URI; at the authorization endpoint a page learns nothing.
 */
export async function clientFindings({ client, redirectUri, endpoints, ask, random }: ClientOptions): Promise<readonly Finding[]> {
  const { clientId, scope, resource, parameters, dpop } = client
  const found = [findingOf(ask(endpoints.token, form({ grant_type: 'authorization_code', client_id: clientId })), isUnknown, redirectUri)]
  if (endpoints.push !== undefined && redirectUri !== null) {
    const begun = { state: random(), nonce: random(), code_challenge: random(), code_challenge_method: 'S256' }
    const asked = { ...parameters, response_type: 'code', client_id: clientId, redirect_uri: redirectUri.href, scope: scope.join(' ') || undefined, resource, ...begun }
    found.push(findingOf(ask(endpoints.push, form(asked)), (error) => !dpop || !proofErrors.includes(error), redirectUri))
  }
  if (endpoints.keys !== undefined && scope.includes('openid')) found.push(findingOf(ask(endpoints.keys), () => false, redirectUri))
  return (await Promise.all(found)).flat()
}

/** @param isOfClient Whether an error speaks of the client. */
async function findingOf(asking: Promise<Response | Finding>, isOfClient: (error: string) => boolean, redirectUri: URL | null): Promise<readonly Finding[]> {
  const asked = await asking
  if ('cure' in asked) return [asked]
  // Some answer with an error and the status 200.
  if (asked.status === 429 || asked.status >= 500) return []
  const { error, error_description: description } = membersOf(await asked.json().catch(() => null))
  if (typeof error !== 'string' || !isOfClient(error)) return []
  // No standard has a code for it; the description is read, and never shown.
  if ([error, description].some((text) => typeof text === 'string' && /redirect.?uri/i.test(text))) return [unregistered(String(redirectUri))]
  return [rejected(wordOf(error) ?? String(asked.status))]
}

function form(parameters: Parameters): RequestInit {
  return { method: 'POST', body: toForm(parameters) }
}

function unregistered(redirectUri: string): Finding {
  const message = `The provider does not accept the redirect URI ${redirectUri} for this client.`
  const cure = 'Register exactly that with the provider, port, path and final slash included, or set "redirectUri" to what is registered.'
  return { code: 'redirect_uri_mismatch', severity: 'error', message, cure }
}

function rejected(error: string): Finding {
  const message = `The provider refuses what this client asks for: ${error}.`
  const cure = 'Look at "clientId", "scope", "resource" and "parameters", and whether the client is registered as a public one, with the code flow.'
  return { code: 'client_rejected', severity: 'error', message, cure }
}
