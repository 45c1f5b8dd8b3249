import { expectTypeOf, test } from 'vitest'
import { AuthError, isAuthError, type AuthErrorCode } from './errors.ts'

test('a code is one of a closed list', () => {
  expectTypeOf<AuthErrorCode>().not.toBeAny()
  expectTypeOf<string>().not.toExtend<AuthErrorCode>()
  expectTypeOf<AuthError['code']>().toEqualTypeOf<AuthErrorCode>()
  // @ts-expect-error -- no such code
  expectTypeOf(new AuthError('oops', 'message')).toEqualTypeOf<AuthError>()
  // @ts-expect-error -- no such code
  isAuthError(null, 'oops')
})

test('isAuthError narrows what was caught', () => {
  const caught: unknown = null
  if (isAuthError(caught, 'network')) expectTypeOf(caught).toEqualTypeOf<AuthError>()
  else expectTypeOf(caught).toBeUnknown()
})

test('an error cannot be changed', () => {
  const error = {} as AuthError
  // @ts-expect-error -- read-only
  error.code = 'timeout'
  expectTypeOf(error.status).toEqualTypeOf<number | undefined>()
})
