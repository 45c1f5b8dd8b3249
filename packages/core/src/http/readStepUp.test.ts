import { describe, expect, test } from 'vitest'
import { readStepUp } from './readStepUp.ts'

function answer(status: number, header: string | null, url = 'https://api.example/v1/orders?customer=7'): Response {
  const response = new Response('{}', { status, ...(header !== null && { headers: { 'www-authenticate': header } }) })
  return Object.defineProperty(response, 'url', { value: url })
}

const url = 'https://api.example/v1/orders'
const scope: readonly string[] = []

describe('readStepUp', () => {
  test.each([
    ['one scope', 403, 'Bearer realm="api", error="insufficient_scope", scope="orders:write"', { scope: ['orders:write'], url }],
    ['several, some twice', 403, 'Bearer error="insufficient_scope", scope=" a  b a "', { scope: ['a', 'b'], url }],
    ['behind another scheme', 403, 'Negotiate, Bearer error="insufficient_scope", scope="a"', { scope: ['a'], url }],
    ['for a DPoP token', 403, 'DPoP error="insufficient_scope", scope="a", algs="ES256"', { scope: ['a'], url }],
    ['in odd case and quoting', 403, 'BEARER Error=insufficient_scope , SCOPE="\\a"', { scope: ['a'], url }],
    ['without what only a 401 may ask', 403, 'Bearer error="insufficient_scope", scope="a", max_age=0, acr_values="x"', { scope: ['a'], url }],
    ['an age', 401, 'Bearer error="insufficient_user_authentication", max_age="300"', { scope, maxAgeMs: 300_000, url }],
    ['no age at all', 401, 'Bearer error="insufficient_user_authentication", max_age=0', { scope, maxAgeMs: 0, url }],
    ['ways', 401, 'Bearer error="insufficient_user_authentication", acr_values="urn:mfa  urn:pwd"', { scope, acrValues: 'urn:mfa urn:pwd', url }],
    [
      'all of it', 401, 'Bearer error="insufficient_user_authentication", scope="a", acr_values="x", max_age="5"',
      { scope: ['a'], acrValues: 'x', maxAgeMs: 5_000, url },
    ],
  ])('FE-13: %s', (_, status, header, expected) => expect(readStepUp(answer(status, header))).toEqual(expected)) // prettier-ignore

  test.each([
    ['no header', 403, null],
    ['a success', 200, 'Bearer error="insufficient_scope", scope="a"'],
    ['a status that asks for nothing, and no error', 429, 'Bearer realm="api", scope="a"'],
    ['another error', 403, 'Bearer error="access_denied", scope="a"'],
    ['an expired token', 401, 'Bearer error="invalid_token", max_age="0"'],
    ['the error of the other status', 401, 'Bearer error="insufficient_scope", scope="a"'],
    ['the error of the other status, the other way round', 403, 'Bearer error="insufficient_user_authentication", max_age="0"'],
    ['another scheme', 403, 'ApiKey error="insufficient_scope", scope="a"'],
    ['nothing to ask for', 403, 'Bearer error="insufficient_scope"'],
    ['nothing to ask for, in a 401', 401, 'Bearer error="insufficient_user_authentication", scope=""'],
    ['a scope with a quote', 403, 'Bearer error="insufficient_scope", scope="a \\"b"'],
    ['a scope with a backslash', 403, 'Bearer error="insufficient_scope", scope="a\\\\b"'],
    ['a scope in other letters', 403, 'Bearer error="insufficient_scope", scope="é"'],
    ['more scopes than anybody could read', 403, `Bearer error="insufficient_scope", scope="${Array.from({ length: 65 }, (_, index) => index).join(' ')}"`],
    ['a scope without end', 403, `Bearer error="insufficient_scope", scope="${'a'.repeat(3_000)}"`],
    ['an age below zero', 401, 'Bearer error="insufficient_user_authentication", max_age="-1"'],
    ['an age with a point', 401, 'Bearer error="insufficient_user_authentication", max_age="1.0"'],
    ['half a second', 401, 'Bearer error="insufficient_user_authentication", max_age="0.5"'],
    ['an age in words', 401, 'Bearer error="insufficient_user_authentication", max_age="soon", acr_values="x"'],
    ['an empty age', 401, 'Bearer error="insufficient_user_authentication", max_age="", acr_values="x"'],
    ['an age of ages', 401, 'Bearer error="insufficient_user_authentication", max_age="9999999999"'],
    ['empty ways', 401, 'Bearer error="insufficient_user_authentication", acr_values="", max_age="1"'],
    ['ways in other letters', 401, 'Bearer error="insufficient_user_authentication", acr_values="ü"'],
    ['ways with a tab', 401, 'Bearer error="insufficient_user_authentication", acr_values="a\tb"'],
  ])('FE-12: none in %s', (_, status, header) => expect(readStepUp(answer(status, header))).toBeNull())

  test('is frozen, leaves the answer as it was, and knows of no query', async () => {
    const response = answer(403, 'Bearer error="insufficient_scope", scope="a"')
    const challenge = readStepUp(response)
    expect([challenge, challenge?.scope].every(Object.isFrozen)).toBe(true)
    expect(JSON.parse(JSON.stringify(challenge))).toEqual(challenge)
    expect(await response.json()).toEqual({})
  })

  test('an answer that was made by hand has no address', () => {
    expect(readStepUp(answer(403, 'Bearer error="insufficient_scope", scope="a"', ''))?.url).toBe('')
  })
})
