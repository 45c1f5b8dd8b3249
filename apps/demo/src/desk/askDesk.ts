import { AuthError } from '@tessera-auth/core'
import { identityOrigin } from '../identityOrigin.ts'

/** What the desk hands out: its path at the server, and the member of the answer that has it. */
export interface DeskItem {
  readonly path: '/demo/access-token' | '/demo/ephemeral-token' | '/demo/refresh-token' | '/demo/firebase-refresh-token' | '/demo/api-key'
  readonly member: 'access_token' | 'ephemeral_token' | 'refresh_token' | 'key'
  /** Sent along with the email address. */
  readonly order?: Readonly<Record<string, unknown>>
}

/** Asks the desk of the identity server for what an administrator, a mail or another program would hand over. */
export async function askDesk({ path, member, order }: DeskItem, email: string): Promise<string> {
  const response = await fetch(identityOrigin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...order, email }),
  })
  const body: unknown = await response.json()
  const item: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, member) : undefined
  if (typeof item === 'string') return item
  throw new AuthError('invalid_response', 'The desk gave nothing that can be used.')
}
