import { randomBytes } from 'node:crypto'
import { digest } from './digest.ts'
import type { Principal } from './principal.ts'

/** An API key as its owner sees it: all but the key itself. */
export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly principal: Principal
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** API keys of people. They live until they are deleted. */
export interface ApiKeys {
  /** Makes a key. `key` is known now and never again. */
  create(name: string, principal: Principal): { readonly apiKey: ApiKey; readonly key: string }
  /** The keys of a person, oldest first. */
  list(subject: string): readonly ApiKey[]
  /** What a key stands for; `undefined` when it is unknown or was deleted. */
  find(key: string): Principal | undefined
  /** Deletes a key by itself. */
  revoke(key: string): void
  /** Deletes the key of this person with this id. False when there is none. */
  remove(subject: string, id: string): boolean
}

/** Keeps the API keys of one server, as digests only. */
export function createApiKeys(): ApiKeys {
  const keys = new Map<string, ApiKey>()
  return {
    create(name, principal) {
      const apiKey = { id: `key_${randomBytes(9).toString('base64url')}`, name, principal, createdAt: Date.now() }
      const key = `sk_live_${randomBytes(32).toString('base64url')}`
      keys.set(digest(key), apiKey)
      return { apiKey, key }
    },
    list: (subject) => [...keys.values()].filter(({ principal }) => principal.subject === subject),
    find: (key) => keys.get(digest(key))?.principal,
    revoke: (key) => void keys.delete(digest(key)),
    remove(subject, id) {
      const entry = [...keys].find(([, apiKey]) => apiKey.id === id && apiKey.principal.subject === subject)
      return entry !== undefined && keys.delete(entry[0])
    },
  }
}
