import type { AccessTokens } from '../api/createAccessTokens.ts'
import type { Result } from '../api/result.ts'
import type { User } from '../users.ts'

/** What the tokens of a public client are made of. */
export interface TokenIssue {
  /** With the scopes that this person allowed. */
  readonly user: User
  readonly lifetimeSeconds: number
  readonly refreshToken: string
}

/** The token answer of a public client (RFC 6749 §5.1). */
export async function issueTokens(
  { user, lifetimeSeconds, refreshToken }: TokenIssue,
  accessTokens: AccessTokens,
): Promise<Result> {
  const body = {
    access_token: await accessTokens.issue(user, lifetimeSeconds),
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    refresh_token: refreshToken,
    scope: user.apiScopes.join(' '),
  }
  return { status: 200, body, outcome: 'tokens issued', user: user.sub }
}
