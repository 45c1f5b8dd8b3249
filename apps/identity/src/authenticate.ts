import { createHash, timingSafeEqual } from 'node:crypto'
import { sharedPassword, userByEmail, type User } from './users.ts'

const expected = sha256(sharedPassword)

/**
 * The user with this e-mail address and password, or `undefined`.
 * Takes the same time for a wrong address as for a wrong password, so that timing does not tell which addresses exist.
 */
export function authenticate(email: string, password: string): User | undefined {
  const user = userByEmail(email)
  const matches = timingSafeEqual(sha256(password), expected)
  return matches ? user : undefined
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
