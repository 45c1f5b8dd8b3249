import { readJsonObject } from '../api/readJsonObject.ts'
import { partnerSecret } from '../oauth/oauthClients.ts'

/** What the page of the app brings back from the provider. */
export interface CodeFromPage {
  readonly code: string
  /** PKCE code verifier, if the page sent a challenge (RFC 7636 §4.5). */
  readonly verifier: string | undefined
}

/** The provider's answer with a token, as it is. */
export type TokenAnswer = Readonly<Record<string, unknown>>

/** Exchanges a code at the provider; `undefined` when the provider refuses it. */
export type Exchange = (code: CodeFromPage) => Promise<TokenAnswer | undefined>

/**
 * Calls the provider's token endpoint as its partners do: with the client secret, and without a client id.
 *
 * @param origin Origin of the provider
 */
export function createExchange(origin: string): Exchange {
  return async ({ code, verifier }) => {
    const form = new URLSearchParams({ client_secret: partnerSecret, code, grant_type: 'authorization_code' })
    if (verifier !== undefined) form.set('code_verifier', verifier)
    const response = await fetch(`${origin}/oauth/token`, { method: 'POST', body: form, redirect: 'error' })
    const answer = await readJsonObject(response)
    if (response.ok) return answer
    if (answer.error === 'invalid_grant') return undefined
    throw new Error(`The provider answered ${response.status} to a code.`)
  }
}
