import { createLocalJWKSet, jwtVerify, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import type { SigningKey } from '../signingKey.ts'
import type { User } from '../users.ts'

/** Project that this server plays. Firebase keeps ids that start with `demo-` free of real projects. */
const projectId = 'demo-tessera'

/** Issuer of the project's ID tokens. */
export const firebaseIssuer = `https://securetoken.google.com/${projectId}`

/** What a new ID token tells besides the user. */
export interface IdTokenOptions {
  /** Seconds since 1970: when the password was given, the same in all ID tokens of one sign-in. */
  readonly authTime: number
  /** Session that the token belongs to. A claim of this project's own, which Firebase permits. */
  readonly sid: string
  readonly lifetimeSeconds: number
}

/** Makes and checks ID tokens of Firebase, which are its access tokens too. */
export interface IdTokens {
  issue(user: User, options: IdTokenOptions): Promise<string>
  /** The claims of a valid token; otherwise rejects with an error of jose. */
  verify(idToken: string): Promise<JWTPayload>
}

/** The ID tokens of one server: RS256, as Firebase's, but with the key of this server. */
export function createIdTokens(signingKey: SigningKey): IdTokens {
  const keys = createLocalJWKSet({ keys: [signingKey.publicJwk] })
  const rules = { issuer: firebaseIssuer, audience: projectId, requiredClaims: ['sub', 'exp'], clockTolerance: 0 }
  return {
    issue(user, { authTime, sid, lifetimeSeconds }) {
      const issuedAt = Math.floor(Date.now() / 1000)
      return new SignJWT({ ...claimsOf(user), auth_time: authTime, sid })
        .setProtectedHeader({ alg: 'RS256', kid: signingKey.kid, typ: 'JWT' })
        .setIssuer(firebaseIssuer)
        .setAudience(projectId)
        .setSubject(user.sub)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(signingKey.privateKey)
    },
    async verify(idToken) {
      // An empty signature, as in RFC 7519 §6: the real Auth emulator signs nothing, so anybody can make such a token.
      // A server with something to protect must never take one. This one is for a demo on one computer, where everybody
      // can read the password too, and it takes them for this project only, which is nobody's.
      if (idToken.endsWith('.')) return UnsecuredJWT.decode(idToken, rules).payload
      return (await jwtVerify(idToken, keys, { ...rules, algorithms: ['RS256'] })).payload
    },
  }
}

function claimsOf({ sub, name, email }: User): JWTPayload {
  return {
    name,
    user_id: sub,
    email,
    email_verified: true,
    firebase: { identities: { email: [email] }, sign_in_provider: 'password' },
  }
}
