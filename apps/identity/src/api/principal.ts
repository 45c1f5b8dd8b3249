import type { ApiScope } from '../scopes.ts'
import type { User } from '../users.ts'

/** Who a credential stands for, and what it may do. */
export interface Principal {
  /** Subject identifier of a user, or the id of a machine client. */
  readonly subject: string
  readonly scopes: readonly ApiScope[]
}

/** A user with everything that the user may do. */
export function principalOf({ sub, apiScopes }: Pick<User, 'sub' | 'apiScopes'>): Principal {
  return { subject: sub, scopes: apiScopes }
}
