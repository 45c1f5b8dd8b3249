import { AuthError } from '../errors.ts'
import { attachBearer } from '../http/attachBearer.ts'
import { rejectsToken, wantsNonce } from '../http/challenge.ts'
import {
  checkAuthorizationCodeOptions,
  checkPresentation,
  type AuthorizationCodeInput,
  type AuthorizationCodeOptions,
} from '../oauth/authorizationCodeOptions.ts'
import { createCallbackHandler, type Callback } from '../oauth/callback.ts'
import { checkSecureContext } from '../oauth/checkSecureContext.ts'
import type { CodeClient } from '../oauth/codeClient.ts'
import type * as CodeFlow from '../oauth/codeFlow.ts'
import type * as Doctor from '../oauth/diagnoseProvider.ts'
import type { BoundClient } from '../oauth/sessionKey.ts'
import type { DpopMemory } from '../oauth/dpopMemory.ts'
import { loadChunk } from '../oauth/loadChunk.ts'
import { popupsOf } from '../oauth/popupsOf.ts'
import { onThisOrigin, readRedirectCallback, returnToIn } from '../oauth/redirectCallback.ts'
import type { StepUpTerms } from '../oauth/stepUpTerms.ts'
import { ownMembers } from '../ownMembers.ts'
import type { Claims } from '../session/claims.ts'
import type { Session } from '../session/session.ts'
import { leavingPage, type AuthMethod, type MethodContext } from './method.ts'

export type { AuthorizationCodeInput, AuthorizationCodeOptions, AuthorizationEndpoints, Presentation } from '../oauth/authorizationCodeOptions.ts'

/** The protocol's code, a chunk of its own: nothing of it is needed to start an app. */
const protocol = (): Promise<typeof CodeFlow> => loadChunk(() => import('../oauth/codeFlow.ts'))

/** What `auth.diagnose()` asks of a provider: another chunk. */
const doctor = (): Promise<typeof Doctor> => loadChunk(() => import('../oauth/diagnoseProvider.ts'))

/**
 * Signs in at an OAuth 2.0 or OpenID Connect provider by authorization code with PKCE, by redirect or in a popup
 * (RFC 6749 §4.1, RFC 7636, RFC 8707, RFC 9126, RFC 9207, RFC 9449, RFC 9700). Its protocol code is loaded when first needed.
 *
 * @example
 * createAuth({ method: authorizationCode({ issuer: 'https://id.example', clientId: 'web' }) })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function authorizationCode<Fields = unknown>(options: AuthorizationCodeOptions<Fields>): AuthMethod<AuthorizationCodeInput | void, Claims & Fields> {
  // What is not given is undefined, and inherited by none of its copies.
  const checked = { lifetime: undefined, fields: undefined, ...checkAuthorizationCodeOptions(options) }
  const { redirectUri, postLogoutRedirectUri } = checked
  const dpop: DpopMemory | null = checked.dpop ? { keys: [], nonces: new Map() } : null
  /** Addresses are resolved when they are used: at construction there may be no page. */
  const clientIn = (ctx: MethodContext): CodeClient<Fields> => ({
    ...checked,
    redirectUri: onThisOrigin(redirectUri, ctx, 'redirectUri'),
    postLogoutRedirectUri: postLogoutRedirectUri === undefined ? undefined : onThisOrigin(postLogoutRedirectUri, ctx, 'postLogoutRedirectUri'),
    dpop,
    ctx,
  })

  const signIn = async (input: AuthorizationCodeInput, ctx: MethodContext, terms?: StepUpTerms): Promise<Session<Claims & Fields> | typeof leavingPage> => {
    checkSecureContext(ctx)
    const client = terms === undefined ? clientIn(ctx) : { ...clientIn(ctx), scope: terms.scope }
    const returnTo = returnToIn(client.redirectUri, input.returnTo ?? ctx.page.href())
    const presentation = checkPresentation(input.presentation ?? checked.presentation, wrongPresentation)
    // Before the first await: only within the click do browsers allow it.
    const popup = presentation === 'redirect' ? null : popupsOf(ctx).open()
    if (popup === null && presentation === 'popup') {
      throw new AuthError('popup_blocked', 'The browser blocked the popup: call login() within a click.')
    }
    try {
      const { startCodeFlow } = await protocol()
      return (await startCodeFlow(client, { input, returnTo, stepUp: terms && JSON.stringify(terms) }, popup)) ?? leavingPage
    } finally {
      popup?.close()
    }
  }

  return {
    name: 'authorizationCode',
    login: (input, ctx) => signIn(ownMembers(input ?? {}), ctx),
    // A tab may outlive the version of the app that it was loaded from, and the chunk with it.
    prepare: () => void protocol().catch(() => {}),
    callback: (host) => createCallbackHandler((url, ctx) => readCallback(url, clientIn(ctx)), host),
    async stepUp(request, host) {
      const { stepUp } = await protocol()
      return stepUp(request, host, { client: checked, login: ({ input, terms }, ctx) => signIn(ownMembers(input), ctx, terms) })
    },
    async refresh(session, ctx) {
      const { refreshLogin } = await protocol()
      return refreshLogin(clientIn(ctx), session)
    },
    ...(dpop !== null && boundSending(checked, dpop)),
    diagnose: async (host) => (await doctor()).diagnoseProvider(checked, host),
    async logout(session, ctx) {
      const { endLogin } = await protocol()
      return endLogin(clientIn(ctx), session)
    },
  }
}

/** How tokens travel that are bound to a key, with a proof each time (RFC 9449 §7). */
function boundSending(client: Omit<BoundClient, 'ctx' | 'dpop'>, dpop: DpopMemory): Required<Pick<AuthMethod, 'attach' | 'asksAgain' | 'isRefusal'>> {
  return {
    async attach(request, session, ctx) {
      // From before `dpop` was asked for: bound from its next refresh on.
      if (session.secrets?.['jkt'] === undefined) return attachBearer(request, session.accessToken ?? '')
      const { attachDpop } = await protocol()
      return attachDpop(request, session, { ...client, dpop, ctx })
    },
    async asksAgain(response, origin) {
      // Loaded before a bound token was sent. That it is missing for one from before is no reason to lose the answer.
      const flow = await protocol().catch(() => null)
      return flow?.noteNonce(response, origin, dpop) === true && wantsNonce(response)
    },
    isRefusal: rejectsToken,
  }
}

const wrongPresentation = (problem: string): AuthError => new AuthError('invalid_input', `login(): "presentation": ${problem}`)

function readCallback<Fields>(address: URL, client: CodeClient<Fields>): Callback<Claims & Fields> | null {
  return readRedirectCallback(address, {
    redirectUri: client.redirectUri,
    ctx: client.ctx,
    complete: async (url, transaction) => (await protocol()).completeLogin(client, url, transaction),
    handOver: async (url, state) => (await protocol()).handOver(url, state, client.ctx),
    stepUp: (text) => ({
      keep: (host) => async (arrival) => {
        const { readTerms, keepStepUp } = await protocol()
        const terms = readTerms(text)
        return terms !== null && keepStepUp(terms, host)(arrival)
      },
      challenge: async () => (await protocol()).readTerms(text)?.challenge ?? null,
    }),
  })
}
