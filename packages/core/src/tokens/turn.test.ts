import { beforeEach, expect, test, vi } from 'vitest'
import { AuthError } from '../errors.ts'
import type { Change } from './catchUp.ts'
import type { Holding } from './holding.ts'
import { takeTurn, type Turn } from './turn.ts'

const hour = 3_600_000
const adopted: Change = { type: 'adopted' }
const rejected = new AuthError('refresh_rejected', 'spent')

let steps: string[]
let changes: (Change | null)[]
let generation: number
let receivedAt: number
let isCurrent: boolean
let nowMs: number
/** Whether the page has not lost the lock by now. */
let isHeld: boolean
/** What another tab had done when this one looks. */
let onLook: () => void

beforeEach(() => {
  steps = []
  changes = []
  generation = 1
  receivedAt = 0
  isCurrent = true
  nowMs = 0
  isHeld = true
  onLook = () => {}
})

const holding = {
  held: () => ({ tokens: { accessToken: 'at' }, generation, lifetime: { received: { wallAt: receivedAt, elapsedMs: receivedAt }, lifetimeMs: hour } }),
} as Partial<Holding<{ readonly accessToken: string }>> as Holding<{ readonly accessToken: string }>

function take(turn: Partial<Turn> = {}, isGranted = true) {
  const ask = async (): Promise<Change | null> => {
    steps.push('ask')
    return (turn.ask ?? (async () => null))()
  }
  return takeTurn(
    {
      isCurrent: () => isCurrent,
      now: () => ({ wallAt: nowMs, elapsedMs: nowMs }),
      refreshLeadMs: 300_000,
      patienceMs: 15_000,
      stop: new AbortController().signal,
      hasExpired: () => false,
      ...turn,
      ask,
    },
    {
      holding,
      async acquire(waitMs) {
        steps.push(`wait ${waitMs}`)
        return isGranted ? { letGo: () => void steps.push('let go'), isHeld: () => isHeld } : null
      },
      warn: ({ code }) => void steps.push(`warn ${code}`),
      async catchUp() {
        steps.push('look')
        onLook()
        return changes.shift() ?? null
      },
    },
  )
}

test('RF-01 waits, looks, asks, and lets go', async () => {
  expect(await take()).toBeNull()
  expect(steps).toEqual(['wait 15000', 'look', 'ask', 'let go'])
})

test('RF-01 does not ask when another tab has done it by then', async () => {
  changes = [adopted]
  onLook = () => void generation++
  expect(await take()).toEqual(adopted)
  expect(steps).toEqual(['wait 15000', 'look', 'let go'])
})

test('nor when this tab heard of it while it waited', async () => {
  onLook = () => void generation++
  expect(await take()).toEqual(adopted)
  expect(steps).not.toContain('ask')
})

test('asks all the same when what the other tab left is due again', async () => {
  changes = [adopted]
  onLook = () => {
    generation++
    receivedAt = -hour + 60_000
  }
  expect(await take()).toBeNull()
  expect(steps).toContain('ask')
})

test.each<Change>([{ type: 'left' }, { type: 'switched' }, { type: 'ended', error: rejected }])('XT-02 does not ask once this has happened: %j', async (change) => {
  changes = [change]
  expect(await take()).toEqual(change)
  expect(steps).toEqual(['wait 15000', 'look', 'let go'])
})

test('INV-6 does not ask when nobody wants it any more, and says what it has taken over', async () => {
  onLook = () => void (isCurrent = false)
  changes = [{ type: 'left' }]
  expect(await take()).toEqual({ type: 'left' })
  expect(steps).toEqual(['wait 15000', 'look', 'let go'])
})

test('RF-08 a refusal is looked into: what is newer is taken instead', async () => {
  changes = [null, adopted]
  expect(await take({ ask: () => Promise.reject(rejected) })).toEqual(adopted)
  expect(steps).toEqual(['wait 15000', 'look', 'ask', 'look', 'let go'])
})

test('RF-08 also when this tab had heard of it during the request', async () => {
  const ask = async (): Promise<Change | null> => {
    generation++
    throw rejected
  }
  expect(await take({ ask })).toEqual(adopted)
})

test('RF-07 with nothing newer the refusal stands', async () => {
  await expect(take({ ask: () => Promise.reject(rejected) })).rejects.toBe(rejected)
  expect(steps).toEqual(['wait 15000', 'look', 'ask', 'look', 'let go'])
})

test.each(['network', 'timeout', 'server_error'] as const)('INV-5 passing trouble is not looked into: %s', async (code) => {
  await expect(take({ ask: () => Promise.reject(new AuthError(code, 'no')) })).rejects.toMatchObject({ code })
  expect(steps).toEqual(['wait 15000', 'look', 'ask', `warn ${code}`, 'let go'])
})

test('nor is a refusal that nobody wants any more', async () => {
  const ask = async (): Promise<Change | null> => {
    isCurrent = false
    throw rejected
  }
  await expect(take({ ask })).rejects.toBe(rejected)
  expect(steps).toEqual(['wait 15000', 'look', 'ask', 'let go'])
})

test('RF-06 what a refresh threw that is no AuthError passes too', async () => {
  await expect(take({ ask: () => Promise.reject(new TypeError('Failed to fetch')) })).rejects.toThrow(TypeError)
  expect(steps).toContain('warn network')
})

test.each([
  ['will not pass by itself', async () => Promise.reject(new AuthError('client_rejected', 'no'))],
  ['nobody wants any more', async () => ((isCurrent = false), Promise.reject(new AuthError('network', 'no')))],
  ['befell a page that was frozen', async () => ((nowMs = 15_001), Promise.reject(new AuthError('timeout', 'no')))],
])('RF-06 nobody is warned of what %s', async (_name, ask) => {
  await expect(take({ ask })).rejects.toThrow(AuthError)
  expect(steps).toEqual(['wait 15000', 'look', 'ask', 'let go'])
})

test.each(['network', 'client_rejected'] as const)('RF-01 whatever failed here, %s, counts for nothing once another tab has done it', async (code) => {
  const ask = async (): Promise<Change | null> => {
    generation++
    throw new AuthError(code, 'no')
  }
  expect(await take({ ask })).toEqual(adopted)
})

test('but it stands when what the other tab left is due again, or nobody wants it any more', async () => {
  const ask = async (): Promise<Change | null> => {
    generation++
    throw new AuthError('network', 'no')
  }
  receivedAt = -hour + 60_000
  await expect(take({ ask })).rejects.toMatchObject({ code: 'network' })
  receivedAt = 0
  await expect(take({ ask: () => ((isCurrent = false), ask()) })).rejects.toMatchObject({ code: 'network' })
})

test('XT-14 RF-08 a page that lost the lock while it looked begins anew', async () => {
  isHeld = false
  onLook = () => void (steps.filter((step) => step === 'look').length === 2 && (isHeld = true))
  expect(await take()).toBeNull()
  expect(steps).toEqual(['wait 15000', 'look', 'let go', 'wait 15000', 'look', 'ask', 'let go'])
})

test('XT-05 others keep the lock and the token can be used: a timeout that passes', async () => {
  await expect(take({}, false)).rejects.toMatchObject({ code: 'timeout', retryable: true })
  expect(steps).toEqual(['wait 15000'])
})

test('XT-05 others keep the lock and the token cannot be used: it looks, and asks without', async () => {
  const hasExpired = vi.fn(() => true)
  expect(await take({ hasExpired }, false)).toBeNull()
  expect(steps).toEqual(['wait 15000', 'look', 'ask'])
})
