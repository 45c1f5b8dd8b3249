import type { Context } from 'hono'
import { readJsonObject } from '../api/readJsonObject.ts'
import { malformed, type Result } from '../api/result.ts'
import { codeMs } from '../oauth/createAuthorizationCodes.ts'
import { partnerRedirectUri } from '../oauth/oauthClients.ts'
import type { ServerContext } from '../serverContext.ts'
import { createExchange, type TokenAnswer } from './createExchange.ts'
import { createReplays } from './createReplays.ts'

/** Turns the provider's answer into ours. */
export type Deliver = (answer: TokenAnswer) => Result

/** Answers a page that brings a code. */
export type AnswerCode = (c: Context, deliver: Deliver) => Promise<Result>

/** Exchanges the codes that pages bring. A page that asks twice with one `Idempotency-Key` gets one exchange. */
export function createAnswerCode({ origin, demoOrigin }: ServerContext): AnswerCode {
  const exchange = createExchange(origin)
  const replays = createReplays<TokenAnswer | undefined>(codeMs)
  return async (c, deliver) => {
    // Any value will do: with a header of its own, browsers ask first (a CORS preflight), which fails on other sites.
    if (c.req.header('X-CSRF-Token') === undefined) return { status: 403, body: { error: 'csrf' }, outcome: '403 csrf' }
    const { code, redirect_uri: redirectUri, code_verifier: verifier } = await readJsonObject(c.req)
    const isVerifierRight = verifier === undefined || typeof verifier === 'string'
    if (typeof code !== 'string' || redirectUri !== partnerRedirectUri(demoOrigin) || !isVerifierRight) {
      return malformed('The body must be JSON with the text code and the registered redirect_uri.')
    }
    const key = c.req.header('Idempotency-Key')
    const run = () => exchange({ code, verifier })
    // The key alone must not fetch what another code gave, nor one door what the other keeps from the page.
    const replayKey = JSON.stringify([key, c.req.path, code, verifier])
    const answer = await (key === undefined ? run() : replays.once(replayKey, run))
    return answer === undefined ? invalidGrant() : deliver(answer)
  }
}

/** The provider refused the code. */
export function invalidGrant(): Result {
  return { status: 400, body: { error: 'invalid_grant' }, outcome: 'invalid_grant' }
}
