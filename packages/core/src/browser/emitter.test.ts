import { afterEach, describe, expect, test, vi } from 'vitest'
import { createEmitter } from './emitter.ts'
import * as reporting from './report.ts'

/** Neither browsers nor Node shall print the errors that are thrown here on purpose. */
const reported = vi.fn()
afterEach(() => {
  vi.unstubAllGlobals()
  reported.mockReset()
})

describe('createEmitter', () => {
  test('calls every listener, in the order of subscription', () => {
    const calls: string[] = []
    const { emit, subscribe } = createEmitter<string>()
    subscribe((event) => calls.push(`a ${event}`))
    subscribe((event) => calls.push(`b ${event}`))
    emit('1')
    emit('2')
    expect(calls).toEqual(['a 1', 'b 1', 'a 2', 'b 2'])
  })

  test('SS-09 INV-15 a listener that throws is reported and disturbs neither the others nor the emitter', () => {
    vi.stubGlobal('reportError', reported)
    const { emit, subscribe } = createEmitter<number>()
    const error = new Error('broken')
    const other = vi.fn()
    subscribe(() => {
      throw error
    })
    subscribe(other)
    emit(1)
    emit(2)
    expect(other.mock.calls).toEqual([[1], [2]])
    expect(reported.mock.calls).toEqual([[error], [error]])
  })

  test('SS-09 a report that throws does not silence the emitter for ever', () => {
    vi.stubGlobal('reportError', () => {
      throw new Error('the report is broken too')
    })
    const { emit, subscribe } = createEmitter<number>()
    const listener = vi.fn()
    subscribe(listener)
    const unsubscribe = subscribe(() => {
      throw new Error('broken')
    })
    expect(() => emit(1)).toThrow('the report is broken too')
    unsubscribe()
    emit(2)
    expect(listener.mock.calls).toEqual([[1], [2]])
  })

  test('DO-09 one function subscribed twice is two subscriptions, each ended by its own function', () => {
    const { emit, subscribe, hasListeners } = createEmitter<number>()
    const listener = vi.fn()
    const [one, two] = [subscribe(listener), subscribe(listener)]
    emit(1)
    one()
    one()
    emit(2)
    expect(listener.mock.calls).toEqual([[1], [1], [2]])
    expect(hasListeners()).toBe(true)
    two()
    emit(3)
    expect(listener).toHaveBeenCalledTimes(3)
    expect(hasListeners()).toBe(false)
  })

  test('DO-09 a listener that is gone is not called, not even by the event under way', () => {
    const { emit, subscribe } = createEmitter<number>()
    const later = vi.fn()
    subscribe(() => unsubscribe())
    const unsubscribe = subscribe(later)
    emit(1)
    expect(later).not.toHaveBeenCalled()
  })

  test('DO-09 a listener that comes during an event gets the next one', () => {
    const { emit, subscribe } = createEmitter<number>()
    const late = vi.fn()
    subscribe((event) => {
      if (event === 1) subscribe(late)
    })
    emit(1)
    emit(2)
    expect(late.mock.calls).toEqual([[2]])
  })

  test('DO-09 INV-15 an event emitted by a listener follows the one under way, for every listener', () => {
    const { emit, subscribe } = createEmitter<number>()
    const seen: number[][] = [[], [], []]
    for (const [index, mine] of seen.entries()) {
      subscribe((event) => {
        mine.push(event)
        if (event < 3 && index < 2) emit(event + 10 * (index + 1))
      })
    }
    emit(1)
    emit(2)
    expect(seen).toEqual([
      [1, 11, 21, 2, 12, 22],
      [1, 11, 21, 2, 12, 22],
      [1, 11, 21, 2, 12, 22],
    ])
  })

  test('DO-09 a thousand come and go during events, and none is left', () => {
    const { emit, subscribe, hasListeners } = createEmitter<number>()
    const calls = vi.fn()
    for (let index = 0; index < 1_000; index++) {
      const unsubscribe = subscribe((event) => {
        calls(event)
        unsubscribe()
      })
    }
    emit(1)
    emit(2)
    expect(calls).toHaveBeenCalledTimes(1_000)
    expect(hasListeners()).toBe(false)
  })

  test('INV-15 INV-18 clear() ends all subscriptions, within an event too', () => {
    const { emit, subscribe, clear, hasListeners } = createEmitter<number>()
    const later = vi.fn()
    subscribe(() => clear())
    const unsubscribe = subscribe(later)
    emit(1)
    expect([hasListeners(), later.mock.calls.length]).toEqual([false, 0])
    expect(unsubscribe).not.toThrow()
  })
})

describe('report', () => {
  test('hands the error to reportError where there is one', () => {
    vi.stubGlobal('reportError', reported)
    reporting.report('x')
    expect(reported).toHaveBeenCalledExactlyOnceWith('x')
  })

  test('prints the error where there is none', () => {
    vi.stubGlobal('reportError', undefined)
    const print = vi.spyOn(console, 'error').mockImplementation(() => {})
    reporting.report('x')
    expect(print).toHaveBeenCalledExactlyOnceWith('x')
    print.mockRestore()
  })
})
