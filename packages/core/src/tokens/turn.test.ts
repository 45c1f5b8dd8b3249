import { beforeEach, describe, expect, test, vi } from 'vitest'
import { AuthError } from '../errors.ts'
import type { Change } from './catchUp.ts'
import type { Holding } from './holding.ts'
import type { LockName } from './queue.ts'
import { takeTurn, type Turn } from './turn.ts'

const hour = 3_600_000
const adopted: Change = { type: 'adopted' }
const rejected = new AuthError('refresh_rejected', 'spent')

let steps: string[]
/** Of the lock of those who gave up waiting, which whoever has the other one passes through. */
let lateSteps: string[]
let changes: (Change | null)[]
let generation: number
let receivedAt: number
let isCurrent: boolean
/** Whether there are no tokens. */
let isEmpty: boolean
let nowMs: number
/** Whether the page has not lost the lock by now. */
let isHeld: boolean
/** What another tab had done when this one looks. */
let onLook: () => void
/** What another tab does while this one waits. */
let onWait: (which: LockName) => void

beforeEach(() => {
  steps = []
  lateSteps = []
  changes = []
  generation = 1
  receivedAt = 0
  isCurrent = true
  isEmpty = false
  nowMs = 0
  isHeld = true
  onLook = () => {}
  onWait = () => {}
})

const holding = {
  held: () => (isEmpty ? null : { tokens: { accessToken: 'at' }, generation, lifetime: { received: { wallAt: receivedAt, elapsedMs: receivedAt }, lifetimeMs: hour } }),
} as Partial<Holding<{ readonly accessToken: string }>> as Holding<{ readonly accessToken: string }>

/** `busy`: the locks that are not to be had. */
function take(turn: Partial<Turn> = {}, ...busy: LockName[]) {
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
      async acquire(which, waitMs) {
        const seen = which === 'turn' ? steps : lateSteps
        seen.push(`wait ${waitMs}`)
        onWait(which)
        return busy.includes(which) ? null : { letGo: () => void seen.push(which === 'turn' ? 'let go' : `let go after ${steps.at(-1)}`), isHeld: () => isHeld }
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

test('RF-01 XT-09 waits, looks, asks, and lets go', async () => {
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

test('RF-06 others are warned of trouble that took as long as they may wait, and no longer', async () => {
  await expect(take({ ask: async () => ((nowMs = 15_000), Promise.reject(new AuthError('timeout', 'no'))) })).rejects.toThrow(AuthError)
  expect(steps).toContain('warn timeout')
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
  await expect(take({}, 'turn')).rejects.toMatchObject({ code: 'timeout', retryable: true })
  expect([steps, lateSteps]).toEqual([['wait 15000'], []])
})

describe('XT-05 others keep the lock and the token cannot be used', () => {
  const hasExpired = vi.fn(() => true)

  test('it looks, and asks without, alone among those who do', async () => {
    expect(await take({ hasExpired }, 'turn')).toBeNull()
    expect(steps).toEqual(['wait 15000', 'look', 'ask'])
    expect(lateSteps).toEqual(['wait 15000', 'let go after ask'])
  })

  test('RF-01 nor does it ask when the one before it, who had given up too, has done it', async () => {
    changes = [adopted]
    onLook = () => void generation++
    expect(await take({ hasExpired }, 'turn')).toEqual(adopted)
    expect([steps, lateSteps]).toEqual([['wait 15000', 'look'], ['wait 15000', 'let go after look']])
  })

  test('it goes on when even the others who gave up take too long', async () => {
    expect(await take({ hasExpired }, 'turn', 'late')).toBeNull()
    expect(steps).toEqual(['wait 15000', 'look', 'ask'])
  })

  test.each([
    [20_000, 1],
    [20_001, 4],
  ])('INV-3 INV-12 slept through for %i ms each time, it waits %i times', async (ms, times) => {
    // One that waits without end would keep this test from failing.
    onWait = (which) => void (which === 'turn' && steps.length < 10 && (nowMs += ms))
    expect(await take({ hasExpired }, 'turn')).toBeNull()
    expect(steps).toEqual([...Array<string>(times).fill('wait 15000'), 'look', 'ask'])
  })

  test('INV-6 it neither looks nor asks when nobody wants it any more by then', async () => {
    onWait = (which) => void (which === 'late' && (isCurrent = false))
    expect(await take({ hasExpired }, 'turn')).toBeNull()
    expect([steps, lateSteps]).toEqual([['wait 15000'], ['wait 15000', 'let go after wait 15000']])
  })

  test('XT-14 lost as well while it looked, it begins anew', async () => {
    isHeld = false
    onLook = () => void (steps.filter((step) => step === 'look').length === 2 && (isHeld = true))
    expect(await take({ hasExpired }, 'turn')).toBeNull()
    expect(steps).toEqual(['wait 15000', 'look', 'wait 15000', 'look', 'ask'])
  })
})

test('RF-01 with the lock it lets those go first who had given up waiting for it, and keeps nobody of them waiting', async () => {
  onWait = (which) => void (which === 'late' && generation++)
  expect(await take()).toEqual(adopted)
  expect(lateSteps).toEqual(['wait 15000', 'let go after wait 15000'])
  expect(steps).toEqual(['wait 15000', 'look', 'let go'])
})

test('with the lock it goes on when those who had given up waiting for it take too long', async () => {
  expect(await take({}, 'late')).toBeNull()
  expect(steps).toEqual(['wait 15000', 'look', 'ask', 'let go'])
})

describe('without tokens', () => {
  beforeEach(() => void (isEmpty = true))

  test('a function that makes some out of nothing is asked', async () => {
    expect(await take()).toBeNull()
    expect(steps).toEqual(['wait 15000', 'look', 'ask', 'let go'])
  })

  test.each(['refresh_rejected', 'network'] as const)('its failure stands: %s', async (code) => {
    await expect(take({ ask: () => Promise.reject(new AuthError(code, 'no')) })).rejects.toMatchObject({ code })
  })
})
