import { DPoP, generateKeyPair, modifyAssertion, type ModifyAssertionFunction } from 'oauth4webapi'
import { indexedDatabase } from '../browser/database.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { AuthError, isAuthError } from '../errors.ts'
import type { Session } from '../session/session.ts'
import type { CodeClient } from './codeClient.ts'
import type { DpopKey, DpopMemory } from './dpopMemory.ts'

/** A client whose tokens are to be bound, as far as its key is concerned. */
export type BoundClient = Pick<CodeClient, 'issuer' | 'endpoints' | 'clientId' | 'ctx'> & { readonly dpop: DpopMemory }

/** A database that hangs must not hang the session. */
const deadlineMs = 3_000

/**
 * The key for new tokens: the one that all tabs of this client have, made by the first of them, or put back by one that still knows it.
 * One that only this page has where there is no database for it.
 */
export async function loginKey(client: BoundClient): Promise<DpopKey> {
  const fresh = client.dpop.keys[0]?.pair ?? (await generateKeyPair('ES256'))
  try {
    const pair = await inTime(client, async (database) => database.update(nameOf(client), (stored) => (isKeyPair(stored) ? stored : fresh)))
    return await remember(client.dpop, isKeyPair(pair) ? pair : fresh, true)
  } catch (error) {
    if (isAuthError(error, 'aborted', 'disposed')) throw error
    return remember(client.dpop, client.dpop.keys[0]?.pair ?? fresh, false)
  }
}

/**
 * The key that the tokens of this session are bound to, or the code of a login.
 *
 * @throws AuthError `key_lost`: it is not here any more; `timeout` or `storage_failed`: the database does not say.
 */
export async function sessionKey(client: BoundClient, { secrets }: Pick<Session, 'secrets'>): Promise<DpopKey> {
  const { dpop } = client
  const isOurs = ({ jkt }: DpopKey): boolean => jkt === secrets?.['jkt']
  const known = dpop.keys.find(isOurs)
  if (known !== undefined) return known
  // Another tab may have made one, for a login since.
  const stored = secrets?.['isKept'] === undefined ? null : await inTime(client, (database) => database.read(nameOf(client))).catch(cannotTell)
  const key = isKeyPair(stored) ? await remember(dpop, stored, true) : null
  if (key !== null && isOurs(key)) return key
  throw new AuthError('key_lost', 'The key that these tokens, or this sign-in, are bound to is gone from this browser, and they are of no use without it: sign in again.')
}

/** What a session keeps of the key of its tokens. */
export function secretsOf({ jkt, isKept }: DpopKey): Readonly<Record<string, string>> {
  return { jkt, ...(isKept && { isKept: 'yes' }) }
}

function inTime<R>({ ctx }: BoundClient, run: (database: typeof indexedDatabase) => Promise<R>): Promise<R> {
  const { database = indexedDatabase, timer, signal } = ctx
  return withDeadline({ timer, deadlineMs, signal }, () => run(database))
}

function cannotTell(cause: unknown): never {
  if (isAuthError(cause)) throw cause
  throw new AuthError('storage_failed', 'The key that the tokens are bound to cannot be read: IndexedDB failed. Allow storage.', { cause })
}

async function remember(memory: DpopMemory, pair: CryptoKeyPair, isKept: boolean): Promise<DpopKey> {
  const { nonces } = memory
  const atProvider = DPoP({}, pair)
  const addNonce: ModifyAssertionFunction = (_, payload) => {
    const { htu } = payload
    payload['nonce'] = typeof htu === 'string' ? nonces.get(new URL(htu).origin) : undefined
  }
  const atApis = DPoP({}, pair, { [modifyAssertion]: addNonce })
  const jkt = await atProvider.calculateThumbprint()
  // What is known already has the provider's nonces.
  const known = memory.keys.find((each) => each.jkt === jkt)
  const key = known === undefined ? { jkt, isKept, pair, atProvider, atApis } : { ...known, isKept: known.isKept || isKept }
  memory.keys = [key, ...memory.keys.filter((each) => each !== known)]
  return key
}

/** Whether a record is a pair that can sign as ours do. */
function isKeyPair(record: unknown): record is CryptoKeyPair {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- That is what it checks.
    const pair = record as CryptoKeyPair
    return DPoP({}, pair) !== null && pair.privateKey.algorithm.name === 'ECDSA'
  } catch {
    return false
  }
}

function nameOf({ ctx, issuer, endpoints, clientId }: BoundClient): string {
  return ['dpop', ctx.owner, issuer ?? endpoints?.token, clientId].join(' ')
}
