import type { DefaultError, MutationFunctionContext, MutationKey, UseMutationOptions } from '@tanstack/react-query'
import type { AuthedFetch } from '@tessera-auth/core'
import { whoIsAway } from './away.ts'
import type { BoundAuth } from './boundAuth.ts'
import { doAs } from './doAs.ts'
import { personIn, personOf, type Person } from './person.ts'
import { isRefusal } from './retryUnlessRefused.ts'

/** What a mutation function gets: what TanStack Query gives, and `fetch` with the credentials of whoever is signed in. */
export type AuthedMutationContext = MutationFunctionContext & {
  /** `auth.fetch` for the person who began this: rejects with `user_changed` once somebody else is signed in. */
  readonly fetch: AuthedFetch
}

/** Does a mutation, by the `fetch` that it gets. */
export type AuthedMutationFunction<Data, Variables> = (variables: Variables, context: AuthedMutationContext) => Promise<Data>

/** Options of TanStack Query with a mutation function that gets `fetch`. */
export type AuthedMutationOptions<Data, Failure, Variables, OnMutate> = Omit<UseMutationOptions<Data, Failure, Variables, OnMutate>, 'mutationFn'> & {
  /** Does the mutation, by the `fetch` that it gets. */
  readonly mutationFn: AuthedMutationFunction<Data, Variables>
}

interface Keyed {
  readonly mutationKey: MutationKey
}

/**
 * Options of a mutation by whoever is signed in: none of its requests is sent as anybody else, however late it sends one. That goes for a
 * mutation that was stored with the page, too: {@link AuthedMutationContext.fetch} rejects with `user_changed` where another person, or
 * nobody, was signed in when it was stored. Takes what `mutationOptions` takes. The client has to be bound, see `bindQueryClient`.
 *
 * It is not tried again unless these options say so, whatever the client's defaults are; and never after a 401, a 403, or an `AuthError`
 * that is not `retryable`: `fetch` has met a 401 with a refresh and one replay already.
 *
 * @example
 * const order = authedMutationOptions(auth, {
 *   mutationFn: async (thing: string, { fetch }) => parseOrder(await fetch('/api/orders', { method: 'POST', body: thing })),
 * })
 * const { mutate } = useMutation(order)
 */
export function authedMutationOptions<Data = unknown, Failure = DefaultError, Variables = void, OnMutate = unknown>(
  auth: BoundAuth,
  options: AuthedMutationOptions<Data, Failure, Variables, OnMutate> & Keyed,
): UseMutationOptions<Data, Failure, Variables, OnMutate> & Keyed
export function authedMutationOptions<Data = unknown, Failure = DefaultError, Variables = void, OnMutate = unknown>(
  auth: BoundAuth,
  options: Omit<AuthedMutationOptions<Data, Failure, Variables, OnMutate>, 'mutationKey'>,
): Omit<UseMutationOptions<Data, Failure, Variables, OnMutate>, 'mutationKey'>
export function authedMutationOptions<Data, Failure, Variables, OnMutate>(
  auth: BoundAuth,
  options: AuthedMutationOptions<Data, Failure, Variables, OnMutate>,
): UseMutationOptions<Data, Failure, Variables, OnMutate> {
  const { mutationFn, retry = false } = options
  const meta = {
    ...options.meta,
    auth: auth.name,
    // Where it is stored with the page, it says who was signed in then.
    get person(): Person {
      return personOf(auth)
    },
  }
  return {
    ...options,
    meta,
    retry(failureCount, error) {
      if (isRefusal(error)) return false
      return typeof retry === 'function' ? retry(failureCount, error) : retry === true || failureCount < Number(retry)
    },
    mutationFn: (variables, context) => {
      const person = context.meta === meta ? (whoIsAway(context.client, auth) ?? personOf(auth)) : personIn(context.meta?.['person'])
      return doAs(auth, person, (fetch) => mutationFn(variables, { ...context, fetch }))
    },
  }
}
