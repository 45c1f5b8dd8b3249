import { MutationObserver, QueryClient } from '@tanstack/react-query'
import { expect, it, vi } from 'vitest'
import { setUpScreen } from '../test/onScreen.tsx'
import { createWorld, namesIn } from '../test/world.ts'
import { bindQueryClient } from './index.ts'

setUpScreen()

async function setUp() {
  const world = createWorld()
  const client = new QueryClient()
  bindQueryClient(world.auth, client)
  await world.signIn('ada')
  const mutationFn = async (): Promise<string[]> => namesIn(await world.auth.fetch('/orders', { method: 'POST' }))
  return { world, client, mutationFn }
}

it('one whose observer rests, as on a page that is kept hidden, is not sent as somebody else when the observer is back', async () => {
  const { world, client, mutationFn } = await setUp()
  world.answer = () => new Response(null, { status: 500 })
  const observer = new MutationObserver(client, { mutationFn, retry: 3 })
  const stop = observer.subscribe(() => {})
  observer.mutate().catch(() => {})
  await vi.waitFor(() => expect(world.asked).toEqual(['ada POST /orders']))
  await vi.advanceTimersByTimeAsync(1)
  stop()
  await world.signIn('bob')
  observer.setOptions({ mutationFn, retry: 3 })
  observer.subscribe(() => {})
  expect(observer.getCurrentResult()).toMatchObject({ status: 'idle', variables: undefined })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(world.asked).toEqual(['ada POST /orders'])
})

it('one that would be tried again without end comes to an end', async () => {
  const { world, client, mutationFn } = await setUp()
  world.answer = () => new Response(null, { status: 500 })
  new MutationObserver(client, { mutationFn, retry: true, gcTime: 0 }).mutate().catch(() => {})
  await vi.waitFor(() => expect(world.asked).toEqual(['ada POST /orders']))
  await vi.advanceTimersByTimeAsync(1)
  await world.auth.logout()
  const timers = vi.getTimerCount()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(vi.getTimerCount()).toBeLessThan(timers)
  expect(world.asked).toEqual(['ada POST /orders'])
})

it('all others are forgotten, and queries are, whatever a listener of the app throws', async () => {
  const errors = vi.fn<(error: unknown) => void>()
  vi.stubGlobal('reportError', errors)
  const { world, client, mutationFn } = await setUp()
  client.setQueryData(['orders'], 'hers')
  const observers = ['first', 'second'].map(() => new MutationObserver(client, { mutationFn }))
  for (const observer of observers) {
    observer.subscribe(({ isIdle }) => {
      if (isIdle) throw new Error('Broken.')
    })
    await observer.mutate()
  }
  await world.auth.logout()
  expect(observers.map((observer) => observer.getCurrentResult().data)).toEqual([undefined, undefined])
  expect([client.getMutationCache().getAll(), client.getQueryCache().getAll()]).toEqual([[], []])
  expect(errors).toHaveBeenCalledWith(new Error('Broken.'))
})
