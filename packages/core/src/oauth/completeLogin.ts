import { AuthorizationResponseError, validateAuthResponse } from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { authorizationResponseError, hasToken, notOneCode } from './authorizationResponse.ts'
import { serverOf, type CodeClient } from './codeClient.ts'
import { exchangeCode } from './exchangeCode.ts'
import type { Transaction } from './transaction.ts'

/**
 * Completes a login whose transaction was found and spent: validates the authorization response
 * (RFC 6749 §4.1.2, RFC 9207 §2.4) and exchanges its code.
 *
 * @throws AuthError `access_denied`, `authorization_failed`, `invalid_callback`, or what {@link exchangeCode} throws.
 */
export async function completeLogin<Fields>(client: CodeClient<Fields>, callbackUrl: URL, transaction: Transaction): Promise<Session<Claims & Fields>> {
  const parameters = validate(callbackUrl, client.clientId, transaction)
  return exchangeCode(await serverOf(client), client, { parameters, transaction })
}

function validate(url: URL, clientId: string, { issuer, state }: Transaction): URLSearchParams {
  try {
    // Without an issuer, an answer that names one was refused before.
    const parameters = validateAuthResponse({ issuer: issuer ?? clientId }, { client_id: clientId }, url, state)
    const codes = parameters.getAll('code')
    if (codes.length === 1 && codes[0] !== '' && !hasToken(parameters)) return parameters
  } catch (error) {
    if (error instanceof AuthorizationResponseError) throw authorizationResponseError(error.error)
    const problem = error instanceof Error ? error.message : 'unknown'
    throw new AuthError('invalid_callback', `The provider's answer was refused: ${problem}. Sign in again, or look at the provider.`)
  }
  throw notOneCode()
}
