import { isAuthError } from '@tessera-auth/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { validateAuthResponse } from '../../packages/core/test/reference.ts'
import { fuzz, staysLinear } from './fuzz.ts'
import { hostileText } from './hostileText.ts'
import { clientId, issuer } from './provider.ts'
import { createWorld, prepareWorlds } from './world.ts'

prepareWorlds()

/** As whoever makes up a callback does: parameters of the good one, of others and of nobody. */
const parameter = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('code=canary-code', 'state=STATE', 'iss=https%3A%2F%2Fid.example') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'code=',
      'state=',
      'iss=',
      'code=canary-other',
      'state=other',
      'iss=https://id.example/',
      'iss=https://evil.example',
      'error=access_denied',
      'error=%3Cscript%3E',
      'error_description=x',
      'response=e30',
      'access_token=canary-front',
      'id_token=canary-front',
      'session_state=x',
      '__proto__=x',
    ),
  },
)
const made = fc
  .record({
    before: fc.constantFrom(
      'https://app.example/callback',
      'https://app.example/callback/',
      'https://app.example/',
      '/callback',
      'https://evil.example/callback',
      'http://app.example/callback',
      'https://app.example:443/callback',
      'HTTPS://APP.EXAMPLE/a/../callback',
    ),
    parameters: fc.array(parameter, { maxLength: 6 }),
    mark: fc.constantFrom('?', '#', '?#'),
  })
  .map(({ before, parameters, mark }) => `${before}${mark}${parameters.join('&')}`)
const good = fc.constant('https://app.example/callback?code=canary-code&state=STATE&iss=https%3A%2F%2Fid.example')

/** STATE stands for the state of the login under way. */
const address = fc.oneof(made, hostileText(fc.oneof(made, good)))

test('CB-01 CB-02 CB-10 CB-11 CB-12 CB-13 CB-15 CB-18 CB-19 CB-23 CB-26: whatever the callback, only the provider asked for signs in', () =>
  fuzz(address, async (template) => {
    const world = createWorld()
    const { tab, outcome, provider } = world
    const genuine = await world.leave()
    const state = new URL(genuine).searchParams.get('state') ?? ''
    const href = template.replaceAll('STATE', state)
    const url = URL.canParse(href, tab.href) ? new URL(href, tab.href) : null
    // As if the page had been loaded there.
    const isHere = url?.origin === 'https://app.example' && url.protocol === 'https:'
    if (isHere) tab.environment.page.replace(url.href)
    const result = await outcome(tab.app.handleCallback(href))
    if (!('value' in result)) throw new Error(`It was rejected: ${result.code}`)
    const exchanges = provider.asked.filter((path) => path === '/token').length
    expect(exchanges).toBeLessThanOrEqual(url?.searchParams.getAll('code').length === 1 ? 1 : 0)
    const { value } = result
    if (value.type === 'signed_in') {
      expect([url?.origin, url?.pathname]).toEqual(['https://app.example', '/callback'])
      const server = { issuer, authorization_response_iss_parameter_supported: true }
      expect(() => validateAuthResponse(server, { client_id: clientId }, url ?? new URL('about:blank'), state)).not.toThrow()
      expect(value.returnTo).toBe('/')
    } else {
      expect(tab.app.store.getState().status).not.toBe('authenticated')
      if ('error' in value) expect(isAuthError(value.error)).toBe(true)
    }
    const isTouched = value.type === 'signed_in' || ('error' in value && !isAuthError(value.error, 'transaction_not_found', 'issuer_mismatch'))
    if (isTouched && isHere) expect(tab.href).not.toMatch(/[?&](code|state|iss|error)=/)
    // The login under way is as good as before.
    if (!isTouched) expect(await outcome(tab.app.handleCallback(genuine))).toMatchObject({ value: { type: 'signed_in' } })
    world.checkSecrets()
  }))

staysLinear(
  'CB-23 a long callback',
  {
    parameters: (length) => `/callback?state=x&${'a=b&'.repeat(length / 4)}`,
    escapes: (length) => `/callback?state=${'%'.repeat(length)}`,
    hash: (length) => `/callback?state=x#${'#'.repeat(length)}`,
  },
  (text) => createWorld().tab.app.handleCallback(text),
  100_000,
)
