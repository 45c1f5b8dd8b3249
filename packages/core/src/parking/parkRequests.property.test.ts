import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWorld } from '../../test/world.ts'
import { createAuth } from '../auth/createAuth.ts'
import { AuthError, isAuthError } from '../errors.ts'
import type { AuthMethod } from '../methods/method.ts'
import { parkRequests } from './parkRequests.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }))
afterEach(() => vi.useRealTimers())

const command = fc.oneof(
  { weight: 4, arbitrary: fc.constant('request' as const) },
  { weight: 2, arbitrary: fc.constantFrom('revoke' as const, 'end' as const) },
  { weight: 3, arbitrary: fc.constantFrom('ada' as const, 'ada' as const, 'bob' as const) },
  fc.constantFrom('logout' as const, 'abort' as const, 'wait' as const),
)
/** A command, and how many turns of the event loop come before the next. */
const steps = fc.array(fc.tuple(command, fc.constantFrom(0, 0, 1, 4, 20)), { maxLength: 24 })

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => void setImmediate(resolve))
}

/** A person who signs in gets a token at once, so that all that is slow are the answers of the API. */
const method: AuthMethod<string> = {
  name: 'plain',
  login: async (token) => ({ accessToken: token, subject: token.replace(/-.*/, ''), user: null, scope: [] }),
}

test('in any order of requests, ends and logins: nothing is taken twice or of somebody else, and everything settles', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.array(fc.nat(6), { minLength: 1, maxLength: 9 }), async (commands, delays) => {
      const world = createWorld()
      const good = new Set<string>()
      const taken: { readonly by: string; readonly body: string }[] = []
      let [asked, issued] = [0, 0]
      world.answer = async (request) => {
        await turns(delays[asked++ % delays.length] ?? 0)
        const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
        const body = await request.text()
        if (!good.has(token)) return new Response('no', { status: 401 })
        taken.push({ by: token.replace(/-.*/, ''), body })
        return new Response('taken')
      }
      const auth = parkRequests(createAuth({ method }, world.environment), { longestMs: 60_000 }, world.environment)
      const sent: { readonly body: string; readonly by: string | null; readonly abort: AbortController; outcome?: unknown }[] = []
      /** Who is signed in, or was until the session came to an end. */
      let person: string | null = null
      auth.tokens.subscribe(({ type }) => {
        person = auth.tokens.current?.tokens.subject ?? (type === 'cleared' ? null : person)
      })
      const run = {
        request() {
          const each: (typeof sent)[number] = { body: `${sent.length}`, by: person, abort: new AbortController() }
          sent.push(each)
          auth.fetch('/orders', { method: 'POST', body: each.body, signal: each.abort.signal }).then(
            async (response) => (each.outcome = await response.text()),
            (error: unknown) => (each.outcome = error),
          )
        },
        revoke: () => good.clear(),
        end: () => auth.tokens.end(new AuthError('session_expired', 'over')),
        ada: () => signIn('ada'),
        bob: () => signIn('bob'),
        logout: () => void auth.logout(),
        abort: () => sent.at(-1)?.abort.abort(),
        wait: () => vi.advanceTimersByTime(30_000),
      }
      const signIn = (name: string): void => {
        const token = `${name}-${issued++}`
        good.add(token)
        void auth.login(token).catch(() => {})
      }
      for (const [name, count] of commands) {
        run[name]()
        await turns(count)
      }
      await turns(60)
      vi.advanceTimersByTime(60_000)
      await turns(60)

      expect(sent.filter((each) => each.outcome === undefined)).toEqual([])
      expect(auth.parkedStore.getState()).toBe(0)
      expect(new Set(taken.map(({ body }) => body)).size).toBe(taken.length)
      for (const { by, body } of taken) {
        const { by: owner } = sent[Number(body)]!
        // Made by nobody, it is sent as whoever signs in while it waits to know: that is not for parking to say.
        if (owner !== null) expect({ body, by }).toEqual({ body, by: owner })
      }
      for (const { outcome, body } of sent) {
        if (outcome === 'taken') expect(taken.map((each) => each.body)).toContain(body)
        else if (outcome !== 'no') expect(isAuthError(outcome) || (outcome as Error).name === 'AbortError').toBe(true)
      }
      auth.dispose()
      expect(vi.getTimerCount()).toBe(0)
    }),
    { numRuns: 150 },
  )
})
