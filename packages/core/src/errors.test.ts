import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { AuthError, isAuthError, toAuthError, type AuthErrorCode } from './errors.ts'

/**
 * Every code, and whether the same call may succeed later by itself. A new code does not compile until it is thought
 * about here.
 */
const codes: Record<AuthErrorCode, boolean> = {
  invalid_config: false,
  invalid_input: false,
  insecure_context: false,
  unsupported_request: false,
  destination_not_allowed: false,
  disposed: false,
  invalid_credentials: false,
  user_disabled: false,
  popup_blocked: false,
  popup_closed: false,
  popup_timeout: false,
  access_denied: false,
  authorization_failed: false,
  superseded: false,
  transaction_not_found: false,
  transaction_expired: false,
  callback_used: false,
  invalid_callback: false,
  issuer_mismatch: false,
  invalid_response: true,
  invalid_id_token: false,
  client_rejected: false,
  clock_skew: false,
  network: true,
  timeout: true,
  rate_limited: true,
  server_error: true,
  aborted: true,
  not_authenticated: false,
  session_expired: false,
  session_idle: false,
  refresh_rejected: false,
  revoked: false,
  key_lost: false,
  subject_changed: false,
  user_changed: false,
  insufficient_scope: false,
  insufficient_user_authentication: false,
  redirect_loop: false,
  storage_failed: false,
}

describe('AuthError', () => {
  test.each(Object.entries(codes))('INV-5 %s is retryable: %s', (code, retryable) => {
    expect(new AuthError(code as AuthErrorCode, 'message')).toMatchObject({
      name: 'AuthError',
      code,
      retryable,
      message: 'message',
    })
  })

  test('is an Error with a stack', () => {
    const error = new AuthError('network', 'down')
    expect(error).toBeInstanceOf(Error)
    expect(error.stack).toContain('errors.test')
    expect(String(error)).toBe('AuthError: down')
  })

  test('has the members that it was given, and no others', () => {
    const details = { option: 'api', status: 429, oauthError: 'slow_down', retryAfterMs: 1_000 }
    expect(Object.keys(new AuthError('rate_limited', 'slow', details)).sort()).toEqual([
      'code',
      'name',
      'oauthError',
      'option',
      'retryAfterMs',
      'retryable',
      'status',
    ])
    const bare = new AuthError('network', 'down', {
      option: undefined,
      status: undefined,
      oauthError: undefined,
      retryAfterMs: undefined,
      cause: undefined,
    })
    expect(Object.keys(bare).sort()).toEqual(['code', 'name', 'retryable'])
    expect(Object.hasOwn(bare, 'cause')).toBe(false)
    expect(Object.hasOwn(new AuthError('network', 'down', { cause: null }), 'cause')).toBe(true)
  })

  test('FE-20 INV-22 is logged as what it says, and as JSON without its cause', () => {
    const error = new AuthError('rate_limited', 'slow', { status: 429, cause: new Error('underneath') })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'AuthError',
      code: 'rate_limited',
      retryable: true,
      status: 429,
    })
    expect(inspect(error)).toMatch(/AuthError: slow[^]*underneath/)
    expect(inspect(new AuthError('network', 'down'))).not.toContain('undefined')
  })
})

/** What throws whenever it is looked at. */
const unreadable: readonly (readonly [string, unknown])[] = [
  ['a proxy that throws', new Proxy({}, { has: rejecting })],
  ['a name that throws', Object.defineProperty({}, 'name', { get: rejecting })],
]

describe('isAuthError', () => {
  const error = new AuthError('network', 'down')

  test('knows an AuthError, and one of given codes', () => {
    expect([
      isAuthError(error),
      isAuthError(error, 'network'),
      isAuthError(error, 'timeout', 'network'),
      isAuthError(error, 'timeout'),
    ]).toEqual([true, true, true, false])
  })

  test('knows that of another copy of this library, and of another realm', () => {
    class AuthErrorOfAnotherCopy extends Error {
      override readonly name = 'AuthError'
      readonly code = 'network'
      readonly retryable = true
    }
    const foreign: unknown = runInNewContext("Object.assign(new Error('down'), { name: 'AuthError', code: 'network', retryable: true })")
    expect(foreign).not.toBeInstanceOf(Error)
    for (const value of [new AuthErrorOfAnotherCopy(), foreign])
      expect([isAuthError(value, 'network'), isAuthError(value, 'timeout')]).toEqual([true, false])
  })

  test.each([
    // The error of another library with the same name.
    Object.assign(new Error('x'), { name: 'AuthError', code: 'network' }),
    undefined,
    null,
    'AuthError',
    42,
    {},
    new Error('AuthError'),
    new DOMException('x', 'AbortError'),
    { name: 'AuthError' },
    { code: 'network' },
    () => error,
  ])('INV-25 takes %o for none', (value) => {
    expect(isAuthError(value)).toBe(false)
  })

  test.each<readonly [string, unknown]>([...unreadable, ['a proxy that is revoked', revoked()]])('DO-08 takes %s for none, and throws nothing', (_, value) => {
    expect([isAuthError(value), isAuthError(value, 'network')]).toEqual([false, false])
  })
})

describe('toAuthError', () => {
  test('leaves an AuthError as it is', () => {
    const error = new AuthError('timeout', 'late')
    expect(toAuthError(error, 'network', 'down')).toBe(error)
  })

  test.each([new TypeError('x'), 'text', null, undefined])('wraps %o', (cause) => {
    const error = toAuthError(cause, 'network', 'down')
    expect(error).toMatchObject({ code: 'network', message: 'down' })
    expect(error.cause).toBe(cause)
  })

  test.each(unreadable)('DO-08 wraps %s', (_, cause) => {
    const error = toAuthError(cause, 'network', 'down')
    expect([error.code, error.cause === cause]).toEqual(['network', true])
  })
})

function rejecting(): never {
  throw new Error('boom')
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
