import type { SessionRecord } from '@tessera-auth/core'
import { createMockAuth } from '@tessera-auth/testing'
import { describe, expect, it } from 'vitest'
import { authInState, signedIn, signedOut } from '../test/authInState.ts'
import { createStayStore } from './stayStore.ts'

const session = (subject: string): SessionRecord => ({ accessToken: 'at', subject, user: null, scope: [], method: 'plain', family: subject })

/** An auth whose tokens may be somebody's before anybody is told. */
function watch() {
  const { auth, set } = authInState(signedIn)
  const listeners = new Set<() => void>()
  const tokens = {
    current: { tokens: session('ada') },
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const stays = createStayStore({ ...auth, tokens } as unknown as Parameters<typeof createStayStore>[0])
  return { stays, set, listeners, become: (subject: string) => void (tokens.current = { tokens: session(subject) }) }
}

describe('createStayStore', () => {
  it('moves with the events alone: nobody is shown as who comes next', () => {
    const { stays, listeners, become } = watch()
    const told: number[] = []
    const unsubscribe = stays.subscribe(() => told.push(stays.getSnapshot().key))
    const first = stays.getSnapshot()
    become('bob')
    expect(stays.getSnapshot()).toBe(first)
    for (const listener of listeners) listener()
    expect(told).toEqual([stays.getSnapshot().key])
    expect(stays.getSnapshot().key).not.toBe(first.key)
    unsubscribe()
    expect(listeners.size).toBe(0)
  })

  it('catches up with what came while nobody listened', () => {
    const { stays, set } = watch()
    const { key } = stays.getSnapshot()
    set({ ...signedOut, reason: 'expired' })
    expect(stays.getSnapshot()).toMatchObject({ key, isExpired: true, shown: signedIn })
    stays.subscribe(() => {})()
    set(signedOut)
    expect(stays.getSnapshot()).toMatchObject({ isExpired: false, shown: null })
  })

  it('knows people by their sessions, and those of a mock by what it shows', () => {
    const auth = createMockAuth({ user: { sub: '1' } })
    const stays = createStayStore(auth)
    const { key } = stays.getSnapshot()
    const become = (sub: string): void => auth.setState({ status: 'authenticated', method: 'mock', user: { sub }, scope: [], pending: null, error: null })
    become('1')
    expect(stays.getSnapshot().key).toBe(key)
    auth.setState({ ...signedOut, reason: 'expired' })
    become('1')
    expect(stays.getSnapshot().key).toBe(key)
    become('2')
    expect(stays.getSnapshot().key).not.toBe(key)
  })

  it('shows those who stay the state of before, and tells them of the next one alone', () => {
    const { stays, set } = watch()
    const seen: unknown[] = []
    stays.store.subscribe((state, before) => seen.push([before, state]))
    set({ ...signedOut, reason: 'revoked' })
    expect(stays.store.getState()).toBe(signedIn)
    const back = { ...signedIn, scope: ['write'] }
    set(back)
    expect(seen).toEqual([[signedIn, back]])
  })
})
