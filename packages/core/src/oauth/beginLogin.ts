import { None, processPushedAuthorizationResponse, pushedAuthorizationRequest, type AuthorizationServer } from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import type { AuthorizationCodeInput } from './authorizationCodeOptions.ts'
import { beginTransaction, withParameters } from './beginTransaction.ts'
import { needsKeys, serverOf, type CodeClient } from './codeClient.ts'
import type { DpopKey } from './dpopMemory.ts'
import { keyOf, withProof } from './withProof.ts'
import { checkExtraParameters } from './extraParameters.ts'
import { forgetMetadata } from './discover.ts'
import { loadKeySet } from './keySet.ts'
import { requestOptions } from './requestOptions.ts'
import { tokenError } from '../endpoint/tokenError.ts'
import { toForm, type Parameters } from './toForm.ts'
import { popupPrefix, type Transaction } from './transaction.ts'

/** A login that is asked for. */
export interface LoginRequest {
  readonly input: AuthorizationCodeInput
  /** Checked. */
  readonly returnTo: string
  readonly isPopup: boolean
  /** Of a step-up: what to remember of it. */
  readonly stepUp?: string | undefined
}

/** A login to be remembered, and where to go for it. */
export interface BegunLogin {
  readonly url: string
  readonly transaction: Transaction
}

/**
 * Begins a login, which nobody remembers yet, and gives the address to leave for: code flow with PKCE S256, state and nonce
 * (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1), pushed first where the provider takes that (RFC 9126).
 * With a key, the code is bound to it (RFC 9449 §10).
 *
 * @throws AuthError `invalid_input`, `client_rejected`, `invalid_response`, or a transient code.
 */
export async function beginLogin(client: CodeClient, { input, returnTo, isPopup, stepUp }: LoginRequest): Promise<BegunLogin> {
  const { ctx } = client
  const isOpenId = client.scope.includes('openid')
  checkTexts(input)
  const maxAgeMs = wholeSecondsMs(input.maxAgeMs, isOpenId)
  const extra = checkExtraParameters(input.parameters, (problem) => wrongInput('parameters', problem))
  const server = await serverOf(client)
  const { parameters, transaction } = await beginTransaction(
    {
      ...client,
      issuer: client.issuer === undefined ? null : server.issuer,
      requiresIssuer: server.authorization_response_iss_parameter_supported === true,
      returnTo,
      maxAgeMs,
      stepUp,
      statePrefix: isPopup ? popupPrefix : '',
    },
    ctx,
  )
  const key = await keyOf(client)
  // The page that comes back must have it, or the code is of no use there.
  const binding = key !== null && (key.isKept || isPopup) ? key : null
  const leaving = authorizationUrl(server, { ...client, binding }, {
    ...client.parameters,
    ...extra,
    prompt: input.prompt,
    login_hint: input.loginHint,
    acr_values: input.acrValues,
    max_age: maxAgeMs === undefined ? undefined : String(maxAgeMs / 1000),
    resource: client.resource,
    ...parameters,
    nonce: isOpenId ? transaction.nonce : undefined,
    dpop_jkt: binding?.jkt,
  })
  // What the answer will be judged by, so that nobody signs in at the provider for nothing, or waits for it on the way back.
  const [url] = await Promise.all([leaving, needsKeys(client) ? loadKeySet(server, ctx) : null]).catch((error: unknown) => {
    // They may lead to where nothing is any more.
    forgetMetadata(ctx)
    throw error
  })
  return { url, transaction: { ...transaction, jkt: binding?.jkt } }
}

interface Pushing extends Pick<CodeClient, 'clientId' | 'ctx'> {
  /** What the code is to be bound to (RFC 9449 §10). */
  readonly binding: DpopKey | null
}

/** Where the server takes pushed requests there is no other way: whoever can make a push fail must not get a lesser login. */
async function authorizationUrl(server: AuthorizationServer, client: Pushing, parameters: Parameters): Promise<string> {
  const { authorization_endpoint: endpoint, pushed_authorization_request_endpoint: pushEndpoint } = server
  if (endpoint === undefined) throw new AuthError('invalid_response', "The provider's metadata has no authorization_endpoint: look at the provider.")
  if (pushEndpoint === undefined) return withParameters(endpoint, parameters)
  const { clientId, ctx, binding } = client
  const oauthClient = { client_id: clientId }
  const response = await withProof(binding, ctx, (proof) =>
    pushedAuthorizationRequest(server, oauthClient, None(), toForm(parameters), { ...requestOptions(ctx), ...proof }),
  )
  if (!response.ok) throw await tokenError(response, ctx.now())
  try {
    const { request_uri: requestUri } = await processPushedAuthorizationResponse(server, oauthClient, response)
    return withParameters(endpoint, { client_id: clientId, request_uri: requestUri })
  } catch {
    throw new AuthError('invalid_response', 'The provider took the pushed request, but its answer has no usable request_uri: look at the provider.', { status: response.status })
  }
}

/** Anything else would be sent as it reads: `null` as "null". */
function checkTexts(input: AuthorizationCodeInput): void {
  for (const name of ['prompt', 'loginHint', 'acrValues'] as const) {
    if (!['string', 'undefined'].includes(typeof input[name])) throw wrongInput(name, 'expected text.')
  }
}

/** The wire knows no fractions: a little less is asked for rather than a little more. */
function wholeSecondsMs(value: number | undefined, isOpenId: boolean): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw wrongInput('maxAgeMs', 'expected milliseconds, 0 or more.')
  if (!isOpenId) throw wrongInput('maxAgeMs', 'it needs the scope openid, as an ID token has to say when the person signed in.')
  return Math.floor(value / 1000) * 1000
}

function wrongInput(member: string, problem: string): AuthError {
  return new AuthError('invalid_input', `login(): "${member}": ${problem}`)
}
