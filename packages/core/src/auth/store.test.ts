import { expect, test, vi } from 'vitest'
import { createStore } from './store.ts'

const count = () => createStore({ value: 0 }, (state, event: number | 'same') => (event === 'same' ? state : { value: state.value + event }))

test('a state is replaced whole: members of an old one do not show through', () => {
  const { store, dispatch } = createStore<{ status: string; token?: string }, { status: string; token?: string }>({ status: 'in', token: 't' }, (_, next) => next)
  dispatch({ status: 'out' })
  expect(store.getState()).toEqual({ status: 'out' })
})

test('SS-09 a listener that throws is reported, and starves no other', () => {
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { store, dispatch } = count()
  const later = vi.fn()
  store.subscribe(() => {
    throw new Error('mine')
  })
  store.subscribe(later)
  expect(() => dispatch(1)).not.toThrow()
  expect(later).toHaveBeenCalledTimes(1)
  expect(reported).toHaveBeenCalledTimes(1)
  reported.mockRestore()
})

test('DO-09 INV-15 a listener that dispatches does not hide a state from the listeners after it', () => {
  const { store, dispatch } = count()
  const seen: number[] = []
  store.subscribe(({ value }) => value === 1 && dispatch(1))
  store.subscribe(({ value }) => seen.push(value))
  dispatch(1)
  expect(seen).toEqual([1, 2])
})

test('INV-19 snapshots are stable between changes, and the initial one for ever', () => {
  const { store, dispatch } = count()
  const initial = store.getInitialState()
  const listener = vi.fn()
  const leave = store.subscribe(listener)
  dispatch('same')
  expect(listener).not.toHaveBeenCalled()
  dispatch(1)
  expect(store.getState()).toBe(store.getState())
  expect(store.getInitialState()).toBe(initial)
  leave()
  dispatch(1)
  expect(listener).toHaveBeenCalledTimes(1)
})

test('an event that cannot be followed harms nobody after it', () => {
  const { store, dispatch } = createStore(0, (state, event: number) => (event < 0 ? expect.unreachable('no') : state + event))
  expect(() => dispatch(-1)).toThrow('no')
  dispatch(1)
  expect(store.getState()).toBe(1)
})
