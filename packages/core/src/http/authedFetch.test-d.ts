import { expectTypeOf, test } from 'vitest'
import type { AuthedFetch, FetchEvent } from './authedFetch.ts'
import { createDestinations } from './destinations.ts'

test('it can stand where fetch is asked for', () => {
  expectTypeOf<AuthedFetch>().parameters.toEqualTypeOf<[input: RequestInfo | URL, init?: RequestInit | undefined]>()
  expectTypeOf<AuthedFetch>().returns.toEqualTypeOf<Promise<Response>>()
  const usual: typeof fetch = {} as AuthedFetch
  expectTypeOf(usual).toBeFunction()
})

test('what observers see of a request has neither headers nor body', () => {
  type KeyOf<E> = E extends unknown ? keyof E : never
  expectTypeOf<KeyOf<FetchEvent>>().toEqualTypeOf<'type' | 'url' | 'status'>()
})

test('a destination is text', () => {
  expectTypeOf(createDestinations).parameter(0).toEqualTypeOf<string | readonly string[] | undefined>()
})
