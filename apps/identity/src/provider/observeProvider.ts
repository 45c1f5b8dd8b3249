import type { EventEmitter } from 'node:events'
import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { RecordActivity } from '../activityLog.ts'

/**
 * Records what the OpenID server does: one activity for each authorization, pushed request, token request, revocation
 * and sign-out.
 */
export function observeProvider(provider: Provider, record: RecordActivity): void {
  const note = (action: string, ctx: KoaContextWithOIDC, outcome: string) =>
    record({ action, user: userOf(ctx), where: ctx.oidc.client?.clientId ?? ctx.path, outcome })

  provider.on('authorization.success', (ctx) => note('authorize', ctx, 'code issued'))
  provider.on('authorization.error', (ctx, error) => note('authorize', ctx, reason(error)))
  provider.on('pushed_authorization_request.success', (ctx) => note('push request', ctx, 'request kept'))
  provider.on('pushed_authorization_request.error', (ctx, error) => note('push request', ctx, reason(error)))
  provider.on('grant.success', (ctx) => note(grantType(ctx), ctx, 'tokens issued'))
  provider.on('grant.error', (ctx, error) => note(grantType(ctx), ctx, reason(error)))
  provider.on('grant.revoked', (ctx) => note('revoke', ctx, 'grant and its tokens revoked'))
  provider.on('revocation.error', (ctx, error) => note('revoke', ctx, reason(error)))
  provider.on('end_session.success', (ctx) => note('sign out', ctx, ctx.oidc.params?.logout ? 'done' : 'kept session'))
  provider.on('end_session.error', (ctx, error) => note('sign out', ctx, reason(error)))
  provider.on('end_session_confirm.error', (ctx, error) => note('sign out', ctx, reason(error)))
  provider.on('server_error', (ctx, error) => note('server error', ctx, error.message))
  const app: EventEmitter = provider
  // Without a listener of our own, Koa prints the stack.
  app.on('error', (error: Error) => record({ action: 'server error', where: 'openid', outcome: error.message }))
}

function userOf({ oidc }: KoaContextWithOIDC): string | undefined {
  const { Account, RefreshToken, AuthorizationCode, Session } = oidc.entities
  return Account?.accountId ?? RefreshToken?.accountId ?? AuthorizationCode?.accountId ?? Session?.accountId
}

function grantType({ oidc }: KoaContextWithOIDC): string {
  return oidc.params?.grant_type === 'refresh_token' ? 'refresh' : 'redeem code'
}

function reason({ error, error_detail, error_description }: errors.OIDCProviderError): string {
  const detail = error_detail ?? error_description
  return detail === undefined ? error : `${error}: ${detail}`
}
