import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clockTolerance, processAuthorizationCodeResponse, processRefreshTokenResponse } from '../../packages/core/test/reference.ts'
import { fuzz } from './fuzz.ts'
import { hostileJson } from './hostileJson.ts'
import { clientId, goodClaims, goodHeader, goodIdToken, goodTokens, issuer, json, signed } from './provider.ts'
import { createWorld, prepareWorlds, type World } from './world.ts'

prepareWorlds()

const server = { issuer, id_token_signing_alg_values_supported: ['RS256'] }
const client = { client_id: clientId, [clockTolerance]: 60 }

/** NONCE stands for the nonce of the login: the shapes are made before it is known. */
const nowAt = 1_800_000_000_000
const body = hostileJson(fc.constant(goodTokens('ID_TOKEN')))
const claims = hostileJson(fc.constant(goodClaims(nowAt, 'NONCE')))
const header = fc.oneof(fc.constant(JSON.stringify(goodHeader)), hostileJson(fc.constant({ ...goodHeader, crit: ['x'] })))

/**
 * An answer without what is more tolerant here than there, by intent: a lifetime, a scope or a refresh token that cannot be read
 * counts as one of which the server said nothing, and so does, at a refresh, an ID token that is no text that could be one.
 */
function withoutTolerated(text: string, isRefresh = false): Response {
  const { access_token, token_type, id_token, error } = JSON.parse(text.replace(/^\u{feff}/u, '')) as Record<string, unknown>
  const isToken = typeof id_token === 'string' && /^[\x21-\x7e]{1,65536}$/.test(id_token)
  return json(JSON.stringify({ access_token, token_type, error, ...((isToken || !isRefresh) && { id_token }) }))
}

async function judge({ tab, outcome }: World): Promise<void> {
  const session = tab.app.tokens.current?.tokens
  expect(session?.accessToken).toMatch(/^[\x21-\x7e]{1,65536}$/)
  expect(session?.expiresInMs ?? 0).toBeGreaterThanOrEqual(0)
  expect(Number.isFinite(session?.expiresInMs ?? 0)).toBe(true)
  for (const scope of session?.scope ?? []) expect(scope).toBeTypeOf('string')
  expect(session?.subject).toBe('ada')
  await outcome(tab.app.getAccessToken())
}

async function login(world: World, text: string): Promise<void> {
  const { tab, provider, outcome } = world
  const address = await world.leave()
  const filled = text.replaceAll('ID_TOKEN', goodIdToken(world.browser.now(), provider.nonce)).replaceAll('NONCE', provider.nonce)
  provider.tokens = filled
  const result = await outcome(tab.app.handleCallback(address))
  const isSignedIn = 'value' in result && result.value.type === 'signed_in'
  expect(isSignedIn).toBe(tab.app.store.getState().status === 'authenticated')
  // It is the answer that is wrong, not what the app did.
  if ('value' in result && 'error' in result.value) expect(['invalid_input', 'invalid_config']).not.toContain(result.value.error.code)
  if (isSignedIn) {
    await processAuthorizationCodeResponse(server, client, withoutTolerated(filled), { expectedNonce: provider.nonce, requireIdToken: true })
    await judge(world)
  }
  world.checkSecrets()
}

test('TR-02 TR-04 TR-06 TR-07 TR-12 TR-13 TR-17 TR-18 TR-19: no token response signs in that oauth4webapi refuses', () =>
  fuzz(body, async (text) => expect(await login(createWorld(), text)).toBe(undefined), { share: 0.35 }))

test('ID-02 ID-08 ID-10 ID-12 ID-13 ID-14 ID-18 ID-20 ID-22: no ID token signs in that oauth4webapi refuses', () =>
  fuzz(
    fc.tuple(header, claims),
    async ([head, payload]) => {
      const world = createWorld()
      // Signed as it stands, with the nonce in it: what is wrong is what it says.
      const address = await world.leave()
      const { provider, tab, outcome } = world
      const idToken = signed(head, payload.replaceAll('NONCE', provider.nonce))
      provider.tokens = JSON.stringify(goodTokens(idToken))
      const result = await outcome(tab.app.handleCallback(address))
      if ('value' in result && result.value.type === 'signed_in') {
        await processAuthorizationCodeResponse(server, client, withoutTolerated(provider.tokens), { expectedNonce: provider.nonce, requireIdToken: true })
        const subject: unknown = tab.app.tokens.current?.tokens.subject
        expect(subject).toBeTypeOf('string')
        await outcome(tab.app.getAccessToken())
      }
      world.checkSecrets()
    },
    { share: 0.35 },
  ))

const ending = ['refresh_rejected', 'invalid_id_token', 'subject_changed']

test('RF-20 TR-06: no answer to a refresh changes who is signed in, and none that cannot be used takes the session unless it spent the refresh token', () =>
  fuzz(
    body,
    async (text) => {
      const world = createWorld()
      await world.signIn()
      const { tab, provider, outcome } = world
      const filled = text.replaceAll('ID_TOKEN', goodIdToken(world.browser.now(), provider.nonce))
      provider.tokens = filled
      const result = await outcome(tab.app.tokens.refresh())
      const { status } = tab.app.store.getState()
      expect(status === 'authenticated' || ('code' in result && ending.includes(result.code))).toBe(true)
      if ('value' in result) {
        const refreshClient = { client_id: clientId, [clockTolerance]: 86_400 }
        await processRefreshTokenResponse(server, refreshClient, withoutTolerated(filled, true))
      }
      if (status === 'authenticated') await judge(world)
      world.checkSecrets()
    },
    { share: 0.3 },
  ))
