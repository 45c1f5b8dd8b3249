import { dehydrate, hydrate, QueryClient } from '@tanstack/react-query'
import { createAuth, environment, type AuthMethod } from '@tessera-auth/core'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { storeQueries, type Persister } from '../test/storeQueries.ts'
import { createWorld, deferred } from '../test/world.ts'
import { bindQueryClient, type BoundAuth } from './index.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

/** Where pages store what they saw. */
interface Disk {
  text: string | null
  /** Of one page. */
  readonly persister: (read?: Promise<void>) => Persister
  /** Persisters write the last of what they are told, a while after the first. */
  readonly write: () => void
}

function createDisk(): Disk {
  let last: object | null = null
  const disk: Disk = {
    text: null,
    persister: (read = Promise.resolve()) => ({
      persistClient: (stored) => void (last = stored),
      async restoreClient() {
        const { text } = disk
        await read
        return text === null ? undefined : (JSON.parse(text) as Awaited<ReturnType<Persister['restoreClient']>>)
      },
      removeClient: () => void (disk.text = null),
    }),
    write() {
      if (last !== null) disk.text = JSON.stringify(last)
      last = null
    },
  }
  return disk
}

/** As that of TanStack Query: restores what has this buster, and then stores whatever changes. */
function persistQueryClient({ queryClient, persister, buster }: { queryClient: QueryClient; persister: Persister; buster: string }): [() => void, Promise<void>] {
  let [isOver, releases]: [boolean, (() => void)[]] = [false, []]
  const save = (): void => void persister.persistClient({ buster, timestamp: Date.now(), clientState: dehydrate(queryClient) })
  const restore = async (): Promise<void> => {
    const stored = await persister.restoreClient()
    if (stored !== undefined && stored.buster !== buster) await persister.removeClient()
    else if (stored !== undefined) hydrate(queryClient, stored.clientState)
    if (!isOver) releases = [queryClient.getQueryCache().subscribe(save), queryClient.getMutationCache().subscribe(save)]
  }
  const end = (): void => {
    isOver = true
    releases.forEach((release) => release())
  }
  return [end, restore()]
}

async function openPage(auth: BoundAuth, persister: Persister): Promise<QueryClient> {
  const client = new QueryClient()
  bindQueryClient(auth, client)
  storeQueries(auth, persister, (own) => persistQueryClient({ queryClient: client, ...own }))
  await auth.ready
  await settled()
  return client
}

/** Whoever is signed in sees their orders, and they are stored. */
async function see(client: QueryClient, disk: Disk, orders: string): Promise<void> {
  await settled()
  client.setQueryData(['orders'], orders)
  disk.write()
}

const seen = (client: QueryClient): unknown => client.getQueryData(['orders'])

describe('queries that are stored', () => {
  it('are there again for who saw them, when the page is loaded', async () => {
    const [{ auth, signIn, reload }, disk] = [createWorld(), createDisk()]
    const client = await openPage(auth, disk.persister())
    await signIn('ada')
    await see(client, disk, "ada's")
    expect(seen(await openPage(reload(), disk.persister()))).toBe("ada's")
  })

  it('are of who signed in since the page was loaded: nobody else sees them, and no page of nobody', async () => {
    const [{ auth, signIn }, disk] = [createWorld(), createDisk()]
    const client = await openPage(auth, disk.persister())
    await signIn('ada')
    await see(client, disk, "ada's")
    const another = createWorld()
    const empty = await openPage(another.auth, disk.persister())
    expect(seen(empty)).toBeUndefined()
    await another.signIn('bob')
    await settled()
    expect(seen(empty)).toBeUndefined()
    expect(disk.text).toBeNull()
  })

  it('are of who signed in over somebody else', async () => {
    const [{ auth, signIn }, disk] = [createWorld(), createDisk()]
    await signIn('ada')
    const client = await openPage(auth, disk.persister())
    await see(client, disk, "ada's")
    await signIn('bob')
    await see(client, disk, "bob's")
    expect(disk.text).toMatch(/^(?!.*ada).*bob's/)
    const another = createWorld()
    await another.signIn('ada')
    expect(seen(await openPage(another.auth, disk.persister()))).toBeUndefined()
  })

  it('are of nobody else by another method, and not stored where there is no subject', async () => {
    const method: AuthMethod<string | null, null> = { name: 'mine', login: async (subject) => ({ accessToken: `at-${subject}`, subject, user: null, scope: [] }) }
    const load = () => createAuth({ methods: { home: method, work: method } }, { ...environment, page: { ...environment.page, isBrowser: () => false } })
    const [auth, disk] = [load(), createDisk()]
    const client = await openPage(auth, disk.persister())
    await auth.login('home', null)
    await see(client, disk, "somebody's")
    expect(disk.text).toBeNull()
    await auth.login('home', '1')
    await see(client, disk, "home's")
    expect(disk.text).toContain("home's")
    const another = load()
    await another.login('work', '1')
    expect(seen(await openPage(another, disk.persister()))).toBeUndefined()
  })

  /** A page of hers that has yet to read what Ada stored on another. */
  async function openSlowly() {
    const [{ auth, signIn, reload }, disk, { promise, resolve }] = [createWorld(), createDisk(), deferred()]
    const client = await openPage(auth, disk.persister())
    await signIn('ada')
    await see(client, disk, "ada's")
    const page = reload()
    return { auth: page, client: await openPage(page, disk.persister(promise)), read: resolve }
  }

  it.each(['bob', 'ada'])('are not there when she signs out and %s signs in before they are read', async (next) => {
    const { auth, client, read } = await openSlowly()
    auth.tokens.clear()
    await auth.login({ email: `${next}@example.com`, password: 'correct' })
    read()
    await settled()
    expect(seen(client)).toBeUndefined()
  })

  it('are not there when who stored them is gone, at whatever moment of the reading', async () => {
    for (let moment = 0; moment < 12; moment++) {
      const { auth, client, read } = await openSlowly()
      read()
      for (let turn = 0; turn < moment; turn++) await Promise.resolve()
      auth.tokens.clear()
      await settled()
      expect(seen(client), `${moment}`).toBeUndefined()
    }
  })

  it('are removed at a sign-out, and not written afterwards', async () => {
    const [{ auth, signIn }, disk] = [createWorld(), createDisk()]
    const client = await openPage(auth, disk.persister())
    await signIn('ada')
    await see(client, disk, "ada's")
    client.setQueryData(['orders'], "ada's last")
    await auth.logout()
    expect(disk.text).toBeNull()
    client.setQueryData(['prices'], "nobody's")
    disk.write()
    expect(disk.text).not.toMatch(/ada's|nobody's/)
  })
})

it('docs/react-query.md stores queries as these tests do', () => {
  const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8')
  expect(read('../../../docs/react-query.md')).toContain(`\`\`\`ts\n${read('../test/storeQueries.ts')}\`\`\`\n`)
})
