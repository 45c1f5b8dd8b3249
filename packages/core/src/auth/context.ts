import type { Environment } from '../browser/environment.ts'
import type { PageStorage } from '../browser/storage.ts'
import { AuthError } from '../errors.ts'
import { createBoundedFetch } from '../http/boundedFetch.ts'
import type { MethodContext } from '../methods/method.ts'

/** Gives a context; without a signal, one that nothing aborts. */
export type ContextFactory = (signal?: AbortSignal) => MethodContext

/** Makes what a method may use. `name` keeps the transactions of several auths on one page apart. */
export function createContext(environment: Environment, name: string, requestTimeoutMs: number): ContextFactory {
  const { network, timer, clock, page, crypto, tabStorage } = environment
  const shared = {
    fetch: createBoundedFetch(network, timer, requestTimeoutMs),
    now: () => clock.now().wallAt,
    page,
    random: crypto.random,
    isSecureContext: crypto.isSecureContext,
    scratch: prefixed(tabStorage, `tessera:${name}:scratch:`),
  }
  return (signal = new AbortController().signal) => ({ ...shared, signal })
}

/** Lets the page leave only while that is still wanted: a later login or logout may have come meanwhile. */
export function leavingOnlyIf(ctx: MethodContext, isWanted: () => boolean): MethodContext {
  const assign = (url: string): void => {
    if (isWanted()) ctx.page.assign(url)
  }
  return { ...ctx, page: { ...ctx.page, assign } }
}

function prefixed(storage: PageStorage, prefix: string): PageStorage {
  return {
    getItem: (key) => storage.getItem(prefix + key),
    setItem(key, value) {
      try {
        storage.setItem(prefix + key, value)
      } catch (cause) {
        throw new AuthError('storage_failed', 'Signing in needs sessionStorage: it is full or blocked.', { cause })
      }
    },
    removeItem: (key) => storage.removeItem(prefix + key),
    keys: () => storage.keys().flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : [])),
  }
}
