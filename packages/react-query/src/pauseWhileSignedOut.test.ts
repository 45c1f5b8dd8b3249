import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, it } from 'vitest'
import { createWorld } from '../test/world.ts'
import { bindQueryClient } from './index.ts'

const isPaused = (client: QueryClient): boolean => !new QueryObserver(client, { queryKey: ['any'] }).getCurrentResult().isEnabled

it('two auths of one client are unbound in any order', () => {
  for (const order of [[0, 1], [1, 0]]) {
    const client = new QueryClient()
    const unbind = ['work', 'home'].map((name) => bindQueryClient(createWorld(name).auth, client))
    expect(isPaused(client)).toBe(true)
    for (const index of order) unbind[index]?.()
    expect(isPaused(client)).toBe(false)
  }
})

it('what is bound anew before it is unbound, as on a hot reload, is bound once', () => {
  const [client, { auth }] = [new QueryClient(), createWorld()]
  const first = bindQueryClient(auth, client)
  const second = bindQueryClient(auth, client)
  first()
  expect(isPaused(client)).toBe(true)
  second()
  expect(isPaused(client)).toBe(false)
})

it('defaults that the app sets meanwhile are kept', () => {
  const [client, { auth }] = [new QueryClient(), createWorld()]
  const unbind = bindQueryClient(auth, client)
  const { queries } = client.getDefaultOptions()
  client.setDefaultOptions({ queries: { ...queries, staleTime: 7 } })
  expect(isPaused(client)).toBe(true)
  unbind()
  expect(client.getDefaultOptions()).toEqual({ queries: { staleTime: 7 } })
})
