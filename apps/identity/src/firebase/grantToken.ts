import type { Result } from '../api/result.ts'
import type { FirebaseSessions } from './createFirebaseSessions.ts'
import { firebaseError } from './firebaseError.ts'

/** Number of the project, which Firebase gives as `project_id` here, not the id. The number of the Auth emulator. */
const projectNumber = '12345'

/** The body of a token request: `grant_type` and `refresh_token`. */
type TokenBody = Readonly<Record<string, unknown>>

/** Answers `token`: an ID token under both of its names, and the same refresh token again. */
export async function grantToken(
  { grant_type: grantType, refresh_token: refreshToken }: TokenBody,
  lifetimeSeconds: number,
  sessions: FirebaseSessions,
): Promise<Result> {
  if (grantType === undefined) return refused('MISSING_GRANT_TYPE')
  if (grantType !== 'refresh_token') return refused('INVALID_GRANT_TYPE')
  if (typeof refreshToken !== 'string' || refreshToken === '') return refused('MISSING_REFRESH_TOKEN')
  const grant = await sessions.refresh(refreshToken, lifetimeSeconds)
  if (!grant.ok) return refused(grant.reason, grant.user?.sub)
  const body = {
    access_token: grant.idToken,
    expires_in: String(lifetimeSeconds),
    token_type: 'Bearer',
    refresh_token: refreshToken,
    id_token: grant.idToken,
    user_id: grant.user.sub,
    project_id: projectNumber,
  }
  return { status: 200, body, outcome: 'tokens issued', user: grant.user.sub }
}

function refused(message: string, user?: string): Result {
  return firebaseError({ message, kind: 'INVALID_ARGUMENT', user })
}
