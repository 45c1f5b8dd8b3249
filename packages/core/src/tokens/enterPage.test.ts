import { describe, expect, test } from 'vitest'
import { meanwhile, openTab, setUpStrictServer } from '../../test/siblingTabs.ts'
import { createWorld, type World } from '../../test/world.ts'
import type { TokenManagerOptions } from './tokenManagerOptions.ts'

const server = setUpStrictServer()

/** A manager on the page of this world, where others are looked for, as on real ones. */
async function enter(world: World, options: Partial<TokenManagerOptions> = {}) {
  const page = { ...world.environment.page, roster: () => new Set<never>() }
  const { tokens } = openTab({ world, refresh: server.refresh, ...options, instead: { page } })
  await meanwhile(tokens.setTokens(server.issue()))
  return tokens
}

const warning = 'Two TokenManagers share the key "tessera:tokens": dispose() one, or give each a "storageKey".'

describe('SS-11: managers on one page', () => {
  test.each([{ storage: 'session' }, { shareAcrossTabs: true }] as const)('two with one key are told of: %j', async (options) => {
    const world = createWorld()
    const managers = [await enter(world, options), await enter(world, options)]
    expect(world.warnings).toEqual([warning])
    for (const each of managers) each.dispose()
  })

  test('no warning with keys of their own, nor where the first was disposed of', async () => {
    const world = createWorld()
    const first = await enter(world)
    const other = await enter(world, { storageKey: 'tessera:other' })
    first.dispose()
    const next = await enter(world)
    expect(world.warnings).toEqual([])
    const third = await enter(world)
    expect(world.warnings).toEqual([warning])
    for (const each of [other, next, third]) each.dispose()
  })

  test('nor on pages that are simulated, of which one program has many', async () => {
    const worlds = [createWorld(), createWorld()]
    for (const world of worlds) await openTab({ world, refresh: server.refresh }).tokens.setTokens(server.issue())
    expect(worlds.flatMap(({ warnings }) => warnings)).toEqual([])
  })
})
