/** Scopes of the API under `/v1` (RFC 6749 §3.3); they end up in access tokens. */
export const apiScopes = ['read:resources', 'write:resources'] as const

/** Scopes of the API that no sign-in asks for: only a step-up of a session that exists (RFC 6750 §3.1). OpenID alone gives them. */
export const stepUpScopes = ['payments'] as const

/** All scopes of the API under `/v1`. */
export const knownScopes = [...apiScopes, ...stepUpScopes]

/** One scope of the API under `/v1`. */
export type ApiScope = (typeof knownScopes)[number]

/** Scopes about the person and the session (OpenID Connect Core §5.4 and §11). */
export const openidScopes = ['openid', 'profile', 'email', 'phone', 'address', 'offline_access'] as const

/** One scope about the person or the session. */
export type OpenidScope = (typeof openidScopes)[number]

/** The values of a space-separated scope string (RFC 6749 §3.3), without repeats. */
export function splitScope(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((value) => value !== ''))]
}

/** The scopes of the API among the values of a scope string; none when it is no text. */
export function scopesIn(scope: unknown): ApiScope[] {
  const values = typeof scope === 'string' ? splitScope(scope) : []
  return knownScopes.filter((known) => values.includes(known))
}
