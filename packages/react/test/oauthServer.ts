import { createAuth, type Auth, type Claims } from '@tessera-auth/core'
import { authorizationCode, type AuthorizationCodeInput } from '@tessera-auth/core/authorization-code'
import type { World } from './createWorld.ts'

export type OAuthAuth = Auth<AuthorizationCodeInput | void, Claims>

const issuer = 'https://id.example'

/** Answers of a provider. */
export function serveOAuth(world: World): void {
  world.respond = async (request) => {
    if (new URL(request.url).pathname !== '/token') {
      return Response.json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        authorization_response_iss_parameter_supported: true,
      })
    }
    const code = new URLSearchParams(await request.text()).get('code')
    if (code === 'spent') return Response.json({ error: 'invalid_grant' }, { status: 400 })
    return Response.json({
      access_token: 'secret-access',
      refresh_token: 'secret-refresh',
      token_type: 'Bearer',
      expires_in: 3600,
    })
  }
}

export function createOAuth(world: World): OAuthAuth {
  // No `openid`: who the person is does not matter here, and so no ID token has to be signed.
  const method = authorizationCode({ issuer, clientId: 'web', scope: 'profile' })
  return createAuth<AuthorizationCodeInput | void, Claims>({ method, storage: world.environment.tabStorage }, world.environment)
}

/** Goes to the provider and comes back with its answer: `{ code }`, or `{ error }`. */
export async function returnFromProvider(
  world: World,
  returnTo: string,
  answer: Readonly<Record<string, string>>,
): Promise<OAuthAuth> {
  const auth = createOAuth(world)
  await auth.login({ returnTo })
  auth.dispose()
  return comeBack(world, answer)
}

/** Comes back from where the page left for last. It has left, so what comes back is another page of the same tab. */
export function comeBack(world: World, answer: Readonly<Record<string, string>>): OAuthAuth {
  const state = new URL(world.left.at(-1) ?? '').searchParams.get('state') ?? ''
  world.href = `https://app.example/callback?${new URLSearchParams({ ...answer, state, iss: issuer }).toString()}`
  return createOAuth(world)
}
