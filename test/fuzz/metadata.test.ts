import fc from 'fast-check'
import { expect, test } from 'vitest'
import { processDiscoveryResponse } from '../../packages/core/test/reference.ts'
import { fuzz } from './fuzz.ts'
import { hostileJson } from './hostileJson.ts'
import { goodMetadata, issuer, json } from './provider.ts'
import { createWorld, prepareWorlds } from './world.ts'

prepareWorlds()

test('MD-02 MD-03 MD-05: whatever the metadata, nobody is sent anywhere that it does not name, nor by metadata that oauth4webapi refuses', () =>
  fuzz(hostileJson(fc.constant(goodMetadata)), async (text) => {
    const world = createWorld()
    const { tab, provider, outcome } = world
    provider.metadata = text
    await outcome(tab.app.login())
    const [departure] = tab.departures
    if (departure !== undefined) {
      const server = await processDiscoveryResponse(new URL(issuer), json(text))
      const [named, left] = [new URL(server.authorization_endpoint ?? ''), new URL(departure)]
      expect(left.protocol).toBe('https:')
      expect(left.origin + left.pathname).toBe(named.origin + named.pathname)
      expect(left.searchParams.getAll('client_id')).toEqual(['web'])
      expect(left.searchParams.getAll('redirect_uri')).toEqual(['https://app.example/callback'])
      expect(left.searchParams.getAll('code_challenge_method')).toEqual(['S256'])
    }
    world.checkSecrets()
    // What was not to be used is not kept.
    if (departure !== undefined) return
    provider.metadata = JSON.stringify(goodMetadata)
    await world.signIn()
  }))
