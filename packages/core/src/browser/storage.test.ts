// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryStorage, tabStorage, type PageStorage } from './storage.ts'

beforeEach(() => sessionStorage.clear())
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  sessionStorage.clear()
})

describe.each<[string, () => PageStorage]>([
  ['memoryStorage', memoryStorage],
  ['tabStorage', () => tabStorage],
])('%s', (_, create) => {
  test('keeps text by exact keys, and lists them', () => {
    const storage = create()
    expect([storage.getItem('a'), storage.keys()]).toEqual([null, []])
    for (const [key, value] of [
      ['a', '1'],
      ['b:c', ''],
      ['A', 'ä\u0000😀'],
      ['a', '2'],
    ] as const)
      storage.setItem(key, value)
    expect(['a', 'b:c', 'A'].map((key) => storage.getItem(key))).toEqual(['2', '', 'ä\u0000😀'])
    expect([...storage.keys()].sort()).toEqual(['A', 'a', 'b:c'])
    storage.removeItem('a')
    storage.removeItem('never')
    expect([storage.getItem('a'), [...storage.keys()].sort()]).toEqual([null, ['A', 'b:c']])
  })

  test('ST-07 a key is no more than a key', () => {
    const storage = create()
    for (const key of ['__proto__', 'constructor', 'toString', 'length']) {
      expect(storage.getItem(key)).toBeNull()
      storage.setItem(key, key)
      expect(storage.getItem(key)).toBe(key)
    }
    expect({}).not.toHaveProperty('length')
  })
})

test('memoryStorage keeps to itself', () => {
  const [one, two] = [memoryStorage(), memoryStorage()]
  one.setItem('a', '1')
  expect(two.getItem('a')).toBeNull()
  expect(sessionStorage).toHaveLength(0)
})

describe('tabStorage', () => {
  test('is the tab’s sessionStorage, as it is at each call', () => {
    sessionStorage.setItem('a', '1')
    expect(tabStorage.getItem('a')).toBe('1')
    tabStorage.setItem('b', '2')
    expect(sessionStorage.getItem('b')).toBe('2')
    sessionStorage.clear()
    expect([tabStorage.getItem('a'), tabStorage.keys()]).toEqual([null, []])
  })

  test('ST-01 says when it is full', () => {
    const full = new DOMException('full', 'QuotaExceededError')
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw full
    })
    expect(() => tabStorage.setItem('a', '1')).toThrow(full)
  })

  test.each<[string, PropertyDescriptor]>([
    [
      'blocked, as in a sandboxed frame',
      {
        get: () => {
          throw new DOMException('blocked', 'SecurityError')
        },
      },
    ],
    ['missing', { value: undefined }],
    ['null, as in some web views', { value: null }],
  ])('ST-15 where it is %s, reading finds nothing and removing does nothing, but writing throws', (_, descriptor) => {
    const original = Object.getOwnPropertyDescriptor(globalThis, 'sessionStorage')
    Object.defineProperty(globalThis, 'sessionStorage', { configurable: true, ...descriptor })
    try {
      expect([tabStorage.getItem('a'), tabStorage.keys()]).toEqual([null, []])
      expect(() => tabStorage.removeItem('a')).not.toThrow()
      expect(() => tabStorage.setItem('a', '1')).toThrow(/./)
    } finally {
      if (original === undefined) Reflect.deleteProperty(globalThis, 'sessionStorage')
      else Object.defineProperty(globalThis, 'sessionStorage', original)
    }
  })
})
