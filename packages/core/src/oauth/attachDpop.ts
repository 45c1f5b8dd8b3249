import { allowInsecureRequests, customFetch, protectedResourceRequest } from 'oauth4webapi'
import type { Session } from '../session/session.ts'
import { sessionKey, type BoundClient } from './sessionKey.ts'
import type { DpopMemory } from './dpopMemory.ts'

/** APIs whose nonces are kept. */
const maxOrigins = 100

/** A nonce in the characters of RFC 9449 §8.1, and no longer than a header should be. */
const nonceShape = /^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/

/**
 * Puts a bound access token on a request, with a proof of its own for just that (RFC 9449 §7.1).
 *
 * @throws AuthError what {@link sessionKey} throws.
 */
export async function attachDpop(request: Request, session: Session, client: BoundClient): Promise<Request> {
  const { atApis } = await sessionKey(client, session)
  await protectedResourceRequest(session.accessToken ?? '', request.method, new URL(request.url), undefined, null, {
    DPoP: atApis,
    // Ours is checked and sent by whoever asked; only the headers are wanted.
    [allowInsecureRequests]: true,
    [customFetch]: async (_, { headers }) => {
      for (const name of ['authorization', 'dpop']) request.headers.set(name, headers[name] ?? '')
      return new Response()
    },
  })
  return request
}

/** Notes the nonce that an answer of this origin has (RFC 9449 §9); gives whether it has one. */
export function noteNonce({ headers }: Response, origin: string, { nonces }: DpopMemory): boolean {
  const nonce = headers.get('dpop-nonce') ?? ''
  if (!nonceShape.test(nonce)) return false
  nonces.delete(origin)
  nonces.set(origin, nonce)
  for (const oldest of nonces.keys()) {
    if (nonces.size <= maxOrigins) break
    nonces.delete(oldest)
  }
  return true
}
