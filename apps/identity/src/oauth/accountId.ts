import { users, type User } from '../users.ts'

const firstAccountId = 1001

/** Number of the person's account, as partners get it beside a permanent token. */
export function accountIdOf({ sub }: User): number {
  return firstAccountId + users.findIndex((user) => user.sub === sub)
}
