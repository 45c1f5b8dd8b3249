import { afterEach, beforeEach, vi } from 'vitest'
import type { Channels } from '../src/browser/channel.ts'
import type { Database } from '../src/browser/database.ts'
import type { Environment } from '../src/browser/environment.ts'
import { AuthError } from '../src/errors.ts'
import type { Circle } from '../src/session/record.ts'
import type { TokenSet } from '../src/session/session.ts'
import { contextOf, type Entry } from '../src/tokens/ledger.ts'
import type { TokenEvent } from '../src/tokens/tokenEvent.ts'
import { TokenManager } from '../src/tokens/tokenManager.ts'
import type { TokenManagerOptions } from '../src/tokens/tokenManagerOptions.ts'
import { quickSealing } from './quickSealing.ts'
import { createWorld, type Deferred, type World } from './world.ts'

export const minute = 60_000
export const hour = 3_600_000

/** One tab of a browser. */
export interface Tab {
  readonly world: World
  readonly tokens: TokenManager
  /** What happened, in order. */
  readonly events: TokenEvent[]
  /** The types of {@link events}. */
  readonly types: () => TokenEvent['type'][]
}

export type TabOptions = Omit<TokenManagerOptions, 'canRefresh'> & {
  readonly world?: World
  /** What this tab has instead of what its world has. */
  readonly instead?: Partial<Environment>
}

/** A tab that keeps its session in sessionStorage. */
export function openTab({ world = createWorld(), instead = {}, ...options }: TabOptions): Tab {
  const tokens = new TokenManager(
    { storage: 'session', ...options, canRefresh: (held) => held?.refreshToken !== undefined },
    { ...world.environment, ...instead },
  )
  const events: TokenEvent[] = []
  tokens.subscribe((event) => events.push(event))
  return { world, tokens, events, types: () => events.map(({ type }) => type) }
}

/** Another world of the same browser, with a copy of what the sessionStorage of this one holds. */
export function copyOf(world: World): World {
  const copy = createWorld(world.origin)
  for (const key of world.tabStorage.keys()) copy.tabStorage.setItem(key, world.tabStorage.getItem(key) ?? '')
  return copy
}

/** The access token of a tab, or `null`. */
export const held = ({ tokens }: Tab): string | null => tokens.current?.tokens.accessToken ?? null

/** What happened last. */
export const last = ({ types }: Tab): TokenEvent['type'] | undefined => types().at(-1)

/** The circle in the storage of a tab. */
export function circleIn({ tabStorage }: World): Circle {
  const { circle } = JSON.parse(tabStorage.getItem('tessera:tokens') ?? '') as { readonly circle: Circle }
  return circle
}

/** Puts into the ledger what a version to come would write there; gives it, with its key. */
export async function writeNewerVersion({ origin: { records } }: World): Promise<readonly [string, unknown]> {
  const [[id, entry] = ['', null]] = records as Map<string, { readonly sealed: Uint8Array } | null>
  const { key, text } = JSON.parse(new TextDecoder().decode(entry?.sealed)) as Readonly<Record<'key' | 'context' | 'text', string>>
  const said = { generation: 9, epoch: 1 }
  const newer = { ...said, sealed: await quickSealing.seal(text.replace('"version":2', '"version":3'), key, contextOf(said)), at: Date.now() }
  records.set(id, newer)
  return [id, newer]
}

/** Puts in the place of all that the ledger has what nobody who has the key has sealed. */
export function writeJunk({ origin: { records } }: World, said: Pick<Entry, 'generation' | 'epoch'>): void {
  for (const id of records.keys()) records.set(id, { ...said, sealed: new Uint8Array([1, 2, 3]), at: Date.now() })
}

/** All that was said is heard, and whatever waits for no timer is done. */
export const soon = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0))

/** What a promise settles with, be it that it takes time. */
export async function meanwhile<R>(promise: Promise<R>, ms = 1_000): Promise<R> {
  promise.catch(() => {})
  await vi.advanceTimersByTimeAsync(ms)
  return promise
}

/** What a promise rejects with, or `undefined`. */
export const codeOf = (promise: Promise<unknown>): Promise<AuthError['code'] | undefined> => promise.then(() => undefined, (error: AuthError) => error.code)

const fail = (): Promise<never> => Promise.reject(new TypeError('not in this browser'))

/** What a browser may lack. */
export const absent: Required<Pick<Environment, 'locks' | 'database' | 'channels' | 'sealing'>> = {
  locks: { acquire: fail },
  database: { read: fail, update: fail, sweep: fail },
  channels: {
    join() {
      throw new ReferenceError('BroadcastChannel is not defined')
    },
  },
  sealing: { seal: fail, unseal: fail, agree: fail },
}

/** Everything that is said is lost. */
export const silent: Channels = { join: () => ({ post: () => {}, leave: () => {} }) }

/** A database and a channel that can stop for a while. */
export interface Faults {
  readonly state: { hangs: boolean; isDeaf: boolean }
  readonly instead: { readonly database: Database; readonly channels: Channels }
}

export function createFaults({ origin }: World): Faults {
  const state = { hangs: false, isDeaf: false }
  const through = <R>(run: () => Promise<R>): Promise<R> => (state.hangs ? new Promise(() => {}) : run())
  const database: Database = {
    read: (key) => through(() => origin.database.read(key)),
    update: (key, change) => through(() => origin.database.update(key, change)),
    sweep: (isOver) => through(() => origin.database.sweep(isOver)),
  }
  const channels: Channels = { join: (name, listener) => origin.channels.join(name, (message) => void (state.isDeaf || listener(message))) }
  return { state, instead: { database, channels } }
}

/** A strict server: a refresh token works once, and a second use ends its family. */
export interface StrictServer {
  /** Signs somebody in. */
  readonly issue: (name?: string) => TokenSet
  readonly refresh: (tokens: TokenSet | null) => Promise<TokenSet>
  /** The refresh tokens that it got. */
  readonly sent: string[]
  /** Answers wait for it; what they say is settled when the request comes. */
  gate: Deferred<void> | null
  /** What it answers instead of a token. */
  trouble: AuthError | null
  /** Makes it as it was at first. */
  readonly reset: () => void
}

interface Family {
  readonly name: string
  /** The one refresh token that works; `null`: none does any more. */
  current: string | null
}

export function createStrictServer(lifetimeMs: number = hour): StrictServer {
  let issued = 0
  /** By every refresh token that was ever issued. */
  const families = new Map<string, Family>()
  const issue = (family: Family): TokenSet => {
    issued++
    const refreshToken = `rt-${issued}`
    family.current = refreshToken
    families.set(refreshToken, family)
    return { accessToken: `${family.name}-${issued}`, refreshToken, expiresInMs: lifetimeMs }
  }
  const spend = (refreshToken: string): TokenSet | null => {
    const family = families.get(refreshToken)
    if (family?.current === refreshToken) return issue(family)
    if (family !== undefined) family.current = null
    return null
  }
  const server: StrictServer = {
    sent: [],
    gate: null,
    trouble: null,
    issue: (name = 'ada') => issue({ name, current: null }),
    async refresh(tokens) {
      const spent = tokens?.refreshToken ?? 'none'
      server.sent.push(spent)
      const answer = server.trouble === null ? spend(spent) : null
      await server.gate?.promise
      if (answer !== null) return answer
      throw server.trouble ?? new AuthError('refresh_rejected', 'spent')
    },
    reset() {
      issued = 0
      families.clear()
      server.sent.length = 0
      Object.assign(server, { gate: null, trouble: null })
    },
  }
  return server
}

/** Fake time, and a strict server that knows nobody yet, for each test of a file. */
export function setUpStrictServer(): StrictServer {
  const server = createStrictServer()
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000 })
    server.reset()
  })
  afterEach(() => void vi.useRealTimers())
  return server
}

/** Two tabs of one session, the second a duplicate that has looked already. */
export async function openTwo({ issue, refresh }: StrictServer, options: Partial<TabOptions> = {}): Promise<[Tab, Tab]> {
  const first = openTab({ refresh, ...options })
  await first.tokens.setTokens(issue())
  const second = openTab({ world: copyOf(first.world), refresh, ...options })
  await second.tokens.restore()
  return [first, second]
}

/** A tab that works, and a duplicate whose database and channel can stop. */
export async function openFaultyTwo({ issue, refresh }: StrictServer): Promise<{ readonly first: Tab; readonly second: Tab; readonly state: Faults['state'] }> {
  const first = openTab({ refresh })
  await first.tokens.setTokens(issue())
  const world = copyOf(first.world)
  const { state, instead } = createFaults(world)
  const second = openTab({ world, refresh, instead })
  await second.tokens.restore()
  return { first, second, state }
}
