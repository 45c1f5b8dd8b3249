import { createAuth, type Auth, type AuthOptions, type Claims } from '@tessera-auth/core'
import { password, type PasswordInput } from '@tessera-auth/core/password'
import type { World } from './createWorld.ts'

export type PasswordAuth = Auth<PasswordInput, Claims>

export const ada: PasswordInput = { email: 'ada@example.org', password: 'correct' }
export const grace: PasswordInput = { email: 'grace@example.org', password: 'correct' }

/** How long each access token lives. */
export const lifetimeS = 3600

/** Answers of the servers: sign-in, refresh with rotation, sign-out, and an API that tells who asks. */
export function servePasswords(world: World): void {
  let count = 0
  let email = ''
  const tokens = (): Response => {
    count++
    const token = jwt({
      sub: email,
      name: email.replace(/@.*/, ''),
      roles: ['reader'],
      iat: count,
      exp: count + lifetimeS,
      jti: `${count}`,
    })
    return Response.json({
      access_token: token,
      refresh_token: `secret-refresh-${count}`,
      token_type: 'Bearer',
      expires_in: lifetimeS,
    })
  }
  world.respond = async (request) => {
    switch (new URL(request.url).pathname) {
      case '/login': {
        const input = (await request.json()) as Partial<PasswordInput>
        if (input.password !== 'correct') return Response.json({ error: 'invalid_credentials' }, { status: 401 })
        email = input.email ?? ''
        return tokens()
      }
      case '/refresh':
        return tokens()
      case '/logout':
        return new Response(null, { status: 204 })
      default:
        return Response.json({ authorization: request.headers.get('authorization') })
    }
  }
}

/** The auth of an app with its own sign-in page, on a page that may be loaded again: same world, same storage. */
export function createPasswordAuth(
  world: World,
  options: Partial<AuthOptions<PasswordInput, Claims>> = {},
): PasswordAuth {
  const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })
  return createAuth<PasswordInput, Claims>({ method, storage: world.environment.tabStorage, ...options }, world.environment)
}

/** Resolves when the auth has refreshed its tokens. */
export function nextRefresh(auth: PasswordAuth): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = auth.inspect(({ type }) => {
      if (type !== 'refreshed') return
      unsubscribe()
      resolve()
    })
  })
}

/** A JWT that nobody signed: enough for a browser, which cannot verify one anyway. */
function jwt(claims: object): string {
  const part = (value: object): string =>
    btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return `${part({ alg: 'none' })}.${part(claims)}.secret-signature`
}
