import { describe, expect, test } from 'vitest'
import { environment } from './environment.ts'

test('the real environment has every seam, and only functions in them', () => {
  const names = ['clock', 'crypto', 'network', 'page', 'tabStorage', 'timer', 'wake']
  expect(Object.keys(environment).sort()).toEqual(names)
  const seams: readonly object[] = Object.values(environment)
  for (const seam of seams) {
    for (const member of Object.values(seam)) expect(member).toBeTypeOf('function')
  }
})

describe.runIf(typeof window === 'undefined')('SS-03 in Node, without a page', () => {
  test('there is no address', () => {
    expect(environment.page.href()).toBeNull()
  })

  test('wake is silent', () => {
    expect(environment.wake.subscribe(() => expect.unreachable())).not.toThrow()
  })

  test('the tab’s storage finds nothing, and says that it cannot keep', () => {
    expect([environment.tabStorage.getItem('a'), environment.tabStorage.keys()]).toEqual([null, []])
    expect(() => environment.tabStorage.removeItem('a')).not.toThrow()
    expect(() => environment.tabStorage.setItem('a', '1')).toThrow(ReferenceError)
  })

  test('the network counts as there', () => {
    expect(environment.network.isOnline()).toBe(true)
  })
})
