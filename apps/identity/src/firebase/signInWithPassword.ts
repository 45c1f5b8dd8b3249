import type { Result } from '../api/result.ts'
import { authenticate } from '../authenticate.ts'
import { disabledUser, userByEmail } from '../users.ts'
import type { FirebaseSessions } from './createFirebaseSessions.ts'
import { firebaseError } from './firebaseError.ts'

/** The body of a sign-in: `email` and `password`. */
type SignInBody = Readonly<Record<string, unknown>>

/** Answers `accounts:signInWithPassword`: checks in Firebase's order, and tells nobody which addresses exist. */
export async function signInWithPassword(
  { email, password }: SignInBody,
  lifetimeSeconds: number,
  sessions: FirebaseSessions,
): Promise<Result> {
  if (email === undefined) return firebaseError({ message: 'MISSING_EMAIL' })
  if (typeof email !== 'string' || !/^[^@]+@[^@]+$/.test(email)) return firebaseError({ message: 'INVALID_EMAIL' })
  if (typeof password !== 'string' || password === '') return firebaseError({ message: 'MISSING_PASSWORD' })
  if (email.toLowerCase() === disabledUser.email) {
    return firebaseError({ message: 'USER_DISABLED', user: disabledUser.sub })
  }
  const user = authenticate(email, password)
  if (user === undefined) {
    return firebaseError({ message: 'INVALID_LOGIN_CREDENTIALS', user: userByEmail(email)?.sub })
  }
  const { refreshToken, idToken } = await sessions.signIn(user, lifetimeSeconds)
  const body = {
    kind: 'identitytoolkit#VerifyPasswordResponse',
    localId: user.sub,
    email: user.email,
    displayName: user.name,
    idToken,
    registered: true,
    refreshToken,
    expiresIn: String(lifetimeSeconds),
  }
  return { status: 200, body, outcome: 'tokens issued', user: user.sub }
}
