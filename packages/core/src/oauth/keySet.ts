import type { AuthorizationServer, JWK } from 'oauth4webapi'
import { readJson } from '../endpoint/tokenResponse.ts'
import { tokenError } from '../endpoint/tokenError.ts'
import { AuthError } from '../errors.ts'
import type { MethodContext } from '../methods/method.ts'
import { membersOf } from '../ownMembers.ts'

/** A provider's public keys (RFC 7517 §5). */
export interface KeySet {
  readonly keys: readonly JWK[]
  /** Epoch milliseconds. */
  readonly fetchedAt: number
  /** When it was last fetched because its keys did not do, in epoch milliseconds. */
  readonly reloadedAt?: number | undefined
  /** Whether it was here already. */
  readonly isKept: boolean
}

/** As long as the metadata. */
const maxAgeMs = 3_600_000

/** Anybody can make up the name of a key: that must not become a flood of requests. */
const coolDownMs = 60_000

/** Honest sets have a handful. */
const maxKeys = 100

/** Longer than any part of an RSA key of 8192 bits. */
const maxLength = 2_000

const name = 'keys'

/** Of public keys alone, and nothing that leads elsewhere for them (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). */
const members = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'] as const

/**
 * The keys of a provider, fetched at most once an hour in a tab.
 *
 * @throws AuthError a transient code, `client_rejected`, or `invalid_response`.
 */
export async function loadKeySet(server: AuthorizationServer, ctx: MethodContext): Promise<KeySet> {
  return readKept(server, ctx) ?? fetchKeySet(server, ctx)
}

/**
 * The keys of a provider, fetched again because those of `known` do not do; `null` when that was done less than a minute ago.
 *
 * @throws AuthError what {@link loadKeySet} throws.
 */
export async function reloadKeySet(server: AuthorizationServer, ctx: MethodContext, { reloadedAt }: KeySet): Promise<KeySet | null> {
  const isCooling = reloadedAt !== undefined && Math.abs(ctx.now() - reloadedAt) < coolDownMs
  return isCooling ? null : fetchKeySet(server, ctx, ctx.now())
}

/** Forgets the keys: they are kept with the metadata that named them, and no longer. */
export function forgetKeySet({ scratch }: MethodContext): void {
  scratch.removeItem(name)
}

async function fetchKeySet({ jwks_uri: uri }: AuthorizationServer, ctx: MethodContext, reloadedAt?: number): Promise<KeySet> {
  if (uri === undefined) {
    throw new AuthError('invalid_response', 'A signature came, and there is nothing to verify it with: the provider names no keys (jwks_uri, or `endpoints.jwks`).')
  }
  const response = await ctx.fetch(uri, { headers: { accept: 'application/json' }, signal: ctx.signal })
  if (!response.ok) throw await tokenError(response, ctx.now())
  const { keys } = membersOf(await readJson(response))
  if (!Array.isArray(keys)) throw new AuthError('invalid_response', `The keys of the provider cannot be used: ${new URL(uri).origin} gave no key set. Look at the provider.`)
  const keySet = { keys: keys.flatMap(publicKey).slice(0, maxKeys), fetchedAt: ctx.now(), reloadedAt }
  try {
    ctx.scratch.setItem(name, JSON.stringify({ ...keySet, uri }))
  } catch {
    // A full or blocked storage costs one request more next time.
  }
  return { ...keySet, isKept: false }
}

function readKept({ jwks_uri: uri }: AuthorizationServer, ctx: MethodContext): KeySet | null {
  try {
    const { keys, fetchedAt, reloadedAt, uri: from } = membersOf(JSON.parse(ctx.scratch.getItem(name) ?? ''))
    const isFresh = typeof fetchedAt === 'number' && Math.abs(ctx.now() - fetchedAt) < maxAgeMs
    if (!isFresh || from !== uri || uri === undefined || !Array.isArray(keys)) return null
    return { keys: keys.flatMap(publicKey), fetchedAt, reloadedAt: typeof reloadedAt === 'number' ? reloadedAt : undefined, isKept: true }
  } catch {
    return null
  }
}

/** What of a key verifies signatures, and nothing for one that cannot: one key that is strange does not spoil the others. */
function publicKey(value: unknown): JWK[] {
  const given = membersOf(value)
  const { key_ops: uses } = given
  const key: Record<string, string> = {}
  for (const member of members) {
    const text = given[member]
    if (text === undefined) continue
    if (typeof text !== 'string' || text.length > maxLength) return []
    key[member] = text
  }
  if (uses === undefined) return [key]
  // Said here alone: what else a key is for is of no interest.
  return Array.isArray(uses) && uses.includes('verify') ? [key] : []
}
