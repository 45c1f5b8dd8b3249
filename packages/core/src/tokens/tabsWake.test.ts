import { describe, expect, test, vi } from 'vitest'
import { createPatientLocks } from '../../test/patientLocks.ts'
import { codeOf, copyOf, hour, openTab, openTwo, setUpStrictServer, silent, soon } from '../../test/siblingTabs.ts'
import { defer } from '../../test/world.ts'
import type { Channels } from '../browser/channel.ts'
import type { Database } from '../browser/database.ts'
import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'

const server = setUpStrictServer()

describe('wake', () => {
  test.each(['focus', 'visible', 'online', 'restored', 'resumed'] as const)('XT-11 after %s it looks before it hands out a token', async (reason) => {
    const [first, second] = await openTwo(server, { instead: { channels: silent } })
    await first.tokens.refresh()
    expect(await second.tokens.getAccessToken()).toBe('ada-1')
    second.world.wake(reason)
    expect(await second.tokens.getAccessToken()).toBe('ada-2')
    first.tokens.clear()
    await soon()
    second.world.wake(reason)
    expect(await codeOf(second.tokens.getAccessToken())).toBe('not_authenticated')
  })

  test.each([
    ['focus', []],
    ['restored', ['join']],
  ] as const)('XT-11 INV-14 after %s one that shares its session with all tabs looks too, and says %j', async (reason, types) => {
    const said: unknown[] = []
    const channels: Channels = { join: () => ({ post: (message) => void said.push(membersOf(message)['type']), leave: () => {} }) }
    const [first] = await openTwo(server, { shareAcrossTabs: true, instead: { channels: silent } })
    const second = openTab({ world: copyOf(first.world), shareAcrossTabs: true, refresh: server.refresh, instead: { channels } })
    await second.tokens.restore()
    await first.tokens.refresh()
    second.world.wake(reason)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([await second.tokens.getAccessToken(), said]).toEqual(['ada-2', types])
  })

  test('XT-03 however many reasons come while it looks, among them a refused token, it looks once more', async () => {
    const [first, second] = await openTwo(server, { instead: { channels: silent } })
    const read = vi.spyOn(first.world.origin.database, 'read')
    for (let reasons = 0; reasons < 3; reasons++) second.world.wake('focus')
    await second.tokens.refuse(0, new AuthError('revoked', 'no'))
    expect(read).toHaveBeenCalledTimes(2)
  })

  test('XT-10 INV-8 nor does it hand out one of somebody who is gone', async () => {
    const [first, second] = await openTwo(server, { instead: { channels: silent } })
    await first.tokens.setTokens(server.issue('bob'))
    second.world.wake('restored')
    // Asked for as Ada.
    expect(await codeOf(second.tokens.getAccessToken())).toBe('user_changed')
    expect(await second.tokens.getAccessToken()).toBe('bob-2')
  })

  test('what is said while it looks is looked at afterwards', async () => {
    const [first, second] = await openTwo(server)
    const { database } = second.world.origin
    const gates = [defer<void>(), defer<void>()]
    let reads = 0
    const slow: Database = {
      ...database,
      // What it gives was there when it was asked.
      async read(key) {
        const stored = await database.read(key)
        await gates[reads++]?.promise
        return stored
      },
    }
    const third = openTab({ world: copyOf(second.world), refresh: server.refresh, instead: { database: slow } })
    gates[0]?.resolve()
    await third.tokens.restore()
    third.world.wake('focus')
    await soon()
    await first.tokens.refresh()
    await soon()
    const asked = third.tokens.getAccessToken()
    gates[1]?.resolve()
    expect(await asked).toBe('ada-2')
    expect(reads).toBeGreaterThan(2)
  })

  test('TM-04 INV-14 a tab that slept through a day of refreshes sends none of its own', async () => {
    const locks = createPatientLocks()
    const [first, second] = await openTwo(server, { background: false, instead: { locks, channels: silent } })
    for (let hours = 0; hours < 8; hours++) {
      vi.setSystemTime(Date.now() + hour)
      await first.tokens.getAccessToken()
    }
    second.world.wake('resumed')
    expect(await second.tokens.getAccessToken()).toBe('ada-9')
    expect(server.sent).toHaveLength(8)
  })
})
