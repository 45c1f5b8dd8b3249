import type { AuthCore, SessionRecord, TokenManager } from '@tessera-auth/core'

/** What is needed of an auth: any that `createAuth` or `createMockAuth` made. */
export interface BoundAuth extends Pick<AuthCore<unknown>, 'name' | 'store' | 'refreshStore' | 'ready' | 'fetch'> {
  readonly tokens: Pick<TokenManager<SessionRecord>, 'current' | 'refresh' | 'subscribe'>
}

/** A query or a mutation. */
export interface Labelled {
  readonly meta: Readonly<Record<string, unknown>> | undefined
}

/** Whether it is of this auth: unless its `meta` names another, or says that it is public. */
export function isOf({ name }: BoundAuth, { meta }: Labelled): boolean {
  return (meta?.['auth'] ?? name) === name
}

export function isSignedIn({ store }: BoundAuth): boolean {
  return store.getState().status === 'authenticated'
}
