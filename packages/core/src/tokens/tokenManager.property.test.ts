import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWorld, defer, type Deferred } from '../../test/world.ts'
import { AuthError } from '../errors.ts'
import type { TokenSet } from '../session/session.ts'
import { TokenManager } from './tokenManager.ts'

const hour = 3_600_000
const start = 1_800_000_000_000

beforeEach(() => void vi.useFakeTimers({ now: start }))
afterEach(() => vi.useRealTimers())

/** What may happen, in any order. */
const step = fc.oneof(
  fc.constantFrom('login', 'logout', 'ask', 'refresh', 'replace', 'wake', 'reload', 'answer', 'reject', 'fail').map((type) => ({ type, ms: 0 })),
  fc.record({ type: fc.constant('advance'), ms: fc.constantFrom(1_000, 60_000, 20 * 60_000, hour, 8 * hour) }),
  fc.record({ type: fc.constant('sleep'), ms: fc.constantFrom(60_000, hour, 8 * hour) }),
)

/**
 * A strict server: a refresh token works once, and a second use ends its family. `answer`, `reject` and `fail` settle the oldest
 * request under way, so answers arrive after whatever happened meanwhile.
 */
function createServer() {
  let issued = 0
  const valid = new Map<string, number>()
  const open: { readonly token: string; readonly answer: Deferred<TokenSet> }[] = []
  const issue = (family: number): TokenSet => {
    const refreshToken = `rt-${++issued}`
    valid.set(refreshToken, family)
    return { accessToken: `at-${family}-${issued}`, refreshToken, expiresInMs: hour }
  }
  return {
    reused: 0,
    issue,
    open,
    request(this: { reused: number }, token: string): Promise<TokenSet> {
      const answer = defer<TokenSet>()
      answer.promise.catch(() => {})
      open.push({ token, answer })
      return answer.promise
    },
    settle(this: { reused: number }, how: string) {
      const request = open.shift()
      if (request === undefined) return
      const family = valid.get(request.token)
      if (how === 'fail') request.answer.reject(new TypeError('Failed to fetch'))
      else if (how === 'reject' || family === undefined) {
        if (family === undefined) this.reused++
        request.answer.reject(new AuthError('refresh_rejected', 'no'))
      } else {
        valid.delete(request.token)
        request.answer.resolve(issue(family))
      }
    },
  }
}

test('INV-2 INV-3 INV-6 INV-8 INV-20 INV-21 INV-24: any order of logins, logouts, answers, sleep and reloads', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      vi.clearAllTimers()
      vi.setSystemTime(start)
      const world = createWorld()
      const server = createServer()
      let family = 0
      let isSignedIn = false
      let generation = 0
      const load = () => {
        const tokens = new TokenManager(
          {
            storage: 'session',
            canRefresh: (current) => current !== null,
            refresh: (current) => server.request(current?.refreshToken ?? 'none'),
            // A deadline would send a token whose answer is lost, which a strict server must punish: not this property.
            requestTimeoutMs: 1e12,
          },
          world.environment,
        )
        tokens.subscribe(({ type }) => {
          if (type === 'ended' || type === 'cleared') isSignedIn = false
        })
        return tokens
      }
      let tokens = load()
      const asked: Promise<unknown>[] = []
      /** What a caller gets belongs to the login of when they asked, and is alive. */
      const ask = async () => {
        const mine = family
        const token = await tokens.getAccessToken().catch((error: unknown) => expect(error).toBeInstanceOf(AuthError))
        if (typeof token !== 'string') return
        expect(token).toMatch(new RegExp(`^at-${mine}-`))
        expect(tokens.status.expiresAt ?? 0).toBeGreaterThan(Date.now())
      }

      for (const { type, ms } of steps) {
        if (type === 'login') {
          family++
          await tokens.setTokens(server.issue(family))
          isSignedIn = true
        } else if (type === 'logout') tokens.clear()
        else if (type === 'ask') asked.push(ask())
        else if (type === 'refresh') asked.push(tokens.refresh().catch((error: unknown) => expect(error).toBeInstanceOf(AuthError)))
        else if (type === 'replace') asked.push(tokens.replaceTokens((current) => current).catch((error: unknown) => expect(error).toBeInstanceOf(AuthError)))
        else if (type === 'wake') world.wake('visible')
        else if (type === 'advance') await vi.advanceTimersByTimeAsync(ms)
        else if (type === 'sleep') vi.setSystemTime(Date.now() + ms)
        // A page cannot be left while a rotated token is on its way without losing it: no client can help that.
        else if (type === 'reload' && server.open.length === 0) {
          tokens.dispose()
          tokens = load()
          // Counted by each page anew.
          generation = 0
        } else server.settle(type)
        await vi.advanceTimersByTimeAsync(0)

        await tokens.restore()
        const held = tokens.current
        expect(held !== null).toBe(isSignedIn)
        if (held !== null) {
          expect(held.tokens.accessToken).toMatch(new RegExp(`^at-${family}-`))
          expect(held.generation).toBeGreaterThanOrEqual(generation)
          generation = held.generation
        } else expect(world.tabStorage.keys()).toEqual([])
        // One for the schedule, a deadline for each request under way, wanted or not, and one for each refresh that waits for its turn.
        expect(vi.getTimerCount()).toBeLessThanOrEqual(1 + server.open.length + world.origin.locks.count())
      }
      expect(server.reused).toBe(0)
      tokens.dispose()
      while (server.open.length > 0) server.settle('fail')
      await Promise.all(asked)
      vi.clearAllTimers()
    }),
    { numRuns: 300 },
  )
})

const slowStep = fc.oneof(
  fc.constantFrom('login', 'logout', 'ask', 'refresh', 'replace', 'wake', 'answer', 'reject', 'fail', 'stored', 'stored', 'notStored').map((type) => ({ type, ms: 0 })),
  fc.record({ type: fc.constant('advance'), ms: fc.constantFrom(1_000, 4_000, 60_000, hour) }),
)

/** A storage that does one thing at a time, when it is told to. */
function createSlowStorage() {
  const stored = new Map<string, string>()
  const open: { readonly done: Deferred<void>; readonly effect: () => void; readonly canFail: boolean }[] = []
  const act = (effect: () => void, canFail: boolean): Promise<void> => {
    const done = defer<void>()
    open.push({ done, effect, canFail })
    return done.promise
  }
  return {
    stored,
    open,
    storage: {
      getItem: () => null,
      setItem: (key: string, value: string) => act(() => void stored.set(key, value), true),
      removeItem: (key: string) => act(() => void stored.delete(key), false),
    },
    settle: (how: string) => {
      const next = open.shift()
      // A storage that cannot even forget is beyond help.
      if (how === 'notStored' && next?.canFail === true) return next.done.reject(new Error('full'))
      next?.effect()
      return next?.done.resolve()
    },
  }
}

test('INV-6 INV-7 INV-8 INV-9 ST-14: any order of the same with a storage that is slow, late or full', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(slowStep, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      vi.clearAllTimers()
      vi.setSystemTime(start)
      const server = createServer()
      const { storage, stored, open, settle } = createSlowStorage()
      /** The family that the last intent asked for; `null`: nobody. */
      let wanted: number | null = null
      let family = 0
      const tokens = new TokenManager(
        {
          storage,
          canRefresh: (current) => current !== null,
          refresh: (current) => server.request(current?.refreshToken ?? 'none'),
          requestTimeoutMs: 1e12,
        },
        createWorld().environment,
      )
      tokens.subscribe(({ type }) => {
        if (type === 'ended') wanted = null
      })
      const asked: Promise<unknown>[] = []
      const familyOf = (token = ''): number => Number(/^at-(\d+)-/.exec(token)?.[1])
      const ask = async () => {
        const token = await tokens.getAccessToken().catch((error: unknown) => expect(error).toBeInstanceOf(AuthError))
        // Whoever asked while a login was being stored waits for it, and gets what is theirs or nothing.
        if (typeof token === 'string') expect(familyOf(token)).toBe(wanted)
      }

      for (const { type, ms } of steps) {
        if (type === 'login') {
          wanted = ++family
          asked.push(tokens.setTokens(server.issue(family)))
        } else if (type === 'logout') {
          wanted = null
          tokens.clear()
          expect(tokens.current).toBeNull()
        } else if (type === 'ask') asked.push(ask())
        else if (type === 'refresh') asked.push(tokens.refresh().catch((error: unknown) => expect(error).toBeInstanceOf(AuthError)))
        else if (type === 'replace') asked.push(tokens.replaceTokens((current) => current).catch((error: unknown) => expect(error).toBeInstanceOf(AuthError)))
        else if (type === 'stored' || type === 'notStored') settle(type)
        else if (type === 'advance') await vi.advanceTimersByTimeAsync(ms)
        else server.settle(type)
        await vi.advanceTimersByTimeAsync(0)
        if (wanted === null) expect(tokens.current).toBeNull()
      }

      for (let turns = 0; turns < 500 && (open.length > 0 || server.open.length > 0); turns++) {
        settle('stored')
        server.settle('fail')
        await vi.advanceTimersByTimeAsync(0)
      }
      await Promise.all(asked)
      const held = tokens.current
      expect(held === null ? null : familyOf(held.tokens.accessToken ?? undefined)).toBe(wanted)
      const text = [...stored.values()].join()
      if (held === null) expect(text).toBe('')
      else if (text !== '') expect(text).toContain(`"at-${wanted}-`)
      expect(server.reused).toBe(0)
      tokens.dispose()
      vi.clearAllTimers()
    }),
    { numRuns: 300 },
  )
})
