import type { Clock } from '../browser/clock.ts'
import type { Environment } from '../browser/environment.ts'
import type { PageStorage } from '../browser/storage.ts'
import { AuthError } from '../errors.ts'
import { createBoundedFetch } from '../http/boundedFetch.ts'
import type { Destinations } from '../http/destinations.ts'
import type { MethodContext } from '../methods/method.ts'

/** Gives the context of a method; without a signal, with that of the auth. */
export type ContextFactory = (method: string, signal?: AbortSignal) => MethodContext

interface ContextOptions {
  /** Keeps the transactions of several auths on one page apart. */
  readonly name: string
  readonly requestTimeoutMs: number
  readonly destinations: Destinations
}

/**
 * Makes what a method may use.
 *
 * @param disposal Aborts on `dispose()`.
 */
export function createContext(environment: Environment, { name, requestTimeoutMs, destinations }: ContextOptions, disposal: AbortSignal): ContextFactory {
  const { network, timer, clock, page, popups, database, crypto, tabStorage } = environment
  const shared = {
    fetch: createBoundedFetch(network, timer, requestTimeoutMs),
    now: () => clock.now().wallAt,
    isWanted: () => true,
    checkDestination: destinations.check,
    page,
    popups,
    database,
    timer,
    random: crypto.random,
    isSecureContext: crypto.isSecureContext,
  }
  return (method, signal = disposal) => ({
    ...shared,
    scratch: prefixed(tabStorage, `tessera:${name}:scratch:${method}:`),
    owner: `${name} ${method}`,
    signal,
  })
}

/** Lets the page leave only while that is still wanted: a later login or logout may have come meanwhile. */
export function leavingOnlyIf(ctx: MethodContext, isWanted: () => boolean): MethodContext {
  const assign = (url: string): void => {
    if (isWanted()) ctx.page.assign(url)
  }
  return { ...ctx, isWanted, page: { ...ctx.page, assign } }
}

/** Tells how long ago the last request was sent, in milliseconds: what it gave has aged since, while the page was frozen most of all. */
export function timed(ctx: MethodContext, { now }: Clock): { readonly ctx: MethodContext; readonly ageMs: () => number } {
  let sentAt = now().elapsedMs
  const fetch: MethodContext['fetch'] = (url, init) => {
    sentAt = now().elapsedMs
    return ctx.fetch(url, init)
  }
  return { ctx: { ...ctx, fetch }, ageMs: () => now().elapsedMs - sentAt }
}

/** For sign-outs: not even `dispose()` keeps the server from hearing of one. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal
}

function prefixed(storage: PageStorage, prefix: string): PageStorage {
  return {
    getItem: (key) => storage.getItem(prefix + key),
    setItem(key, value) {
      try {
        storage.setItem(prefix + key, value)
      } catch (cause) {
        throw new AuthError('storage_failed', 'Signing in by redirect needs sessionStorage: it is full or blocked. Allow storage.', { cause })
      }
    },
    removeItem: (key) => storage.removeItem(prefix + key),
    keys: () => storage.keys().flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : [])),
  }
}
