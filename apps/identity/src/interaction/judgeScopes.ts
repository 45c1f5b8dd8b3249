import { knownScopes, type ApiScope } from '../scopes.ts'
import type { User } from '../users.ts'

/** The scopes of the API that a client asks for, by what the person may give. */
export interface JudgedScopes {
  readonly allowed: readonly ApiScope[]
  /** The person does not have these, so nobody gets them. */
  readonly refused: readonly ApiScope[]
}

/** Parts the requested scopes of the API by what this person has; other values are left out. */
export function judgeScopes(requested: readonly string[], { apiScopes, stepUpScopes = [] }: User): JudgedScopes {
  const ownScopes = [...apiScopes, ...stepUpScopes]
  const known = knownScopes.filter((scope) => requested.includes(scope))
  return {
    allowed: known.filter((scope) => ownScopes.includes(scope)),
    refused: known.filter((scope) => !ownScopes.includes(scope)),
  }
}
