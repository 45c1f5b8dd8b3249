import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'
import { hostileJson } from './hostileJson.ts'
import { hostileText } from './hostileText.ts'
import { createWorld, prepareWorlds, type World } from './world.ts'

prepareWorlds()

/** A session as it is stored; KEY and TOKEN stand for what is random, ID_TOKEN for what no storage invents. */
const record = {
  version: 2,
  tokens: {
    accessToken: 'canary-stored', refreshToken: 'canary-refresh', expiresInMs: 3_600_000, scope: ['openid'], idToken: 'canary-id', subject: 'ada',
    user: { sub: 'ada', name: 'Ada' }, method: 'authorizationCode', family: 'x',
  },
  receivedAt: 1_800_000_000_000,
  generation: 3,
  epoch: 1,
  circle: { id: 'i'.repeat(43), key: 'k'.repeat(43), sinceAt: 1_800_000_000_000 },
} // prettier-ignore
const transaction = {
  state: 'STATE',
  nonce: 'n'.repeat(43),
  verifier: 'v'.repeat(43),
  issuer: 'https://id.example',
  requiresIssuer: true,
  returnTo: '/x',
  createdAt: 1_800_000_000_000,
  spent: false,
}
const signOut = { reason: 'user', code: null, at: 1_800_000_000_000 }

const text = (value: unknown): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: hostileJson(fc.constant(value)) }, { weight: 1, arbitrary: hostileText(fc.constant(JSON.stringify(value))) })

/** After a storage was written to by anybody, the page is loaded. */
async function reloadWith(world: World, key: string, stored: string): Promise<void> {
  const { tab, outcome } = world
  tab.sessionStorage.set(key, stored)
  tab.reload()
  tab.app.start()
  await outcome(tab.app.ready)
}

test('INV-20 ST-01: whatever is stored, a page starts, and nobody is signed in by a text that is no whole session', () =>
  fuzz(
    text(record),
    async (stored) => {
      const world = createWorld()
      const { tab, outcome } = world
      await reloadWith(world, 'tessera:default:tokens', stored)
      const state = tab.app.store.getState()
      expect(['authenticated', 'unauthenticated']).toContain(state.status)
      if (state.status === 'authenticated') {
        const { version, tokens } = JSON.parse(stored) as { readonly version: unknown; readonly tokens: Readonly<Record<string, unknown>> }
        expect([version, tokens['method']]).toEqual([2, 'authorizationCode'])
        const { refreshToken } = tab.app.tokens.current?.tokens ?? {}
        expect([tokens['refreshToken'], undefined, 'canary-refresh']).toContain(refreshToken)
      }
      await outcome(tab.app.getAccessToken())
      await outcome(tab.app.logout())
      expect(tab.app.store.getState().status).toBe('unauthenticated')
      expect(tab.sessionStorage.get('tessera:default:tokens')).toBe(undefined)
      world.checkSecrets()
    },
    { share: 0.5 },
  ))

test('OR-06 CB-23 DO-05: whatever is stored of a login, its callback is answered, and leads nowhere else', () =>
  fuzz(
    text(transaction),
    async (stored) => {
      const world = createWorld()
      const { tab, outcome } = world
      const address = await world.leave()
      const state = new URL(address).searchParams.get('state') ?? ''
      tab.sessionStorage.set(`tessera:default:scratch:authorizationCode:transaction:${state}`, stored.replaceAll('STATE', state))
      const result = await outcome(tab.app.handleCallback(address))
      expect(result).toHaveProperty('value')
      if ('value' in result && 'returnTo' in result.value) expect(new URL(result.value.returnTo, 'https://app.example/').origin).toBe('https://app.example')
      // The verifier of another login, which a provider refuses: it is not this test's. Nothing of it stays in the way.
      await world.signIn()
      world.checkSecrets()
    },
    { share: 0.3 },
  ))

test('whatever is stored of metadata and of the last sign-out, signing in works', () =>
  fuzz(
    fc.tuple(
      text({
        server: { issuer: 'https://id.example', authorization_endpoint: 'https://evil.example/authorize', token_endpoint: 'https://id.example/token' },
        fetchedAt: 1,
      }),
      text(signOut),
    ),
    async ([metadata, left]) => {
      const world = createWorld()
      const { tab } = world
      tab.sessionStorage.set('tessera:default:scratch:authorizationCode:metadata', metadata)
      await reloadWith(world, 'tessera:default:lastSignOut', left)
      const { lastSignOut } = tab.app
      if (lastSignOut !== null) expect(Object.keys(lastSignOut)).toEqual(['reason', 'code', 'at'])
      await world.signIn()
      expect(tab.app.store.getState().status).toBe('authenticated')
      world.checkSecrets()
    },
    { share: 0.2 },
  ))
