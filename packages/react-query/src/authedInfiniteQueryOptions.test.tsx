import { QueryClient, useInfiniteQuery, useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { memo, Suspense, type ComponentType } from 'react'
import { expect, it, vi } from 'vitest'
import { screenText, setUpScreen, showOnScreen } from '../test/onScreen.tsx'
import { createWorld, namesIn, type World } from '../test/world.ts'
import { authedInfiniteQueryOptions, bindQueryClient } from './index.ts'

setUpScreen()

const shows = (text: string): Promise<void> => vi.waitFor(() => expect(screenText()).toContain(text))

function setUp() {
  const world = createWorld()
  const client = new QueryClient()
  bindQueryClient(world.auth, client)
  return { world, client }
}

const pagesOf = ({ auth }: World) =>
  authedInfiniteQueryOptions(auth, {
    queryKey: ['pages'],
    queryFn: async ({ fetch, pageParam }) => namesIn(await fetch(`/page${pageParam}`)),
    initialPageParam: 1,
    getNextPageParam: (_last, pages) => (pages.length < 3 ? pages.length + 1 : null),
  })

function createPages(world: World): ComponentType {
  return memo(() => {
    const { data, fetchNextPage, fetchStatus, hasNextPage } = useInfiniteQuery(pagesOf(world))
    return <button onClick={() => void fetchNextPage()}>{data?.pages.map(([first]) => first).join() ?? `${fetchStatus} ${hasNextPage}`}</button>
  })
}

const next = (): void => document.querySelector('button')?.click()

it('fetches page after page as whoever is signed in, and begins anew for the next person', async () => {
  const { world, client } = setUp()
  const Pages = createPages(world)
  const seen = showOnScreen(world.auth, client, <Pages />)
  await shows('[unauthenticated]idle false')
  await world.signIn('ada')
  await shows("ada's page1 one")
  next()
  await shows("ada's page1 one,ada's page2 one")
  await world.signIn('bob')
  await shows("[bob]bob's page1 one")
  expect(seen.filter((text) => text.includes("ada's") && !text.includes('[ada]'))).toEqual([])
  expect(world.asked).toEqual(['ada GET /page1', 'ada GET /page2', 'bob GET /page1'])
})

it.each(['a next page', 'all pages anew'])('asks for no further page when the person changes while one is on its way: %s', async (what) => {
  const { world, client } = setUp()
  const Pages = createPages(world)
  showOnScreen(world.auth, client, <Pages />)
  await world.signIn('ada')
  await shows("ada's page1 one")
  next()
  await shows("ada's page2 one")
  const { length } = world.asked
  const release = world.hold()
  if (what === 'a next page') next()
  else void client.refetchQueries({ queryKey: ['pages'] })
  await vi.waitFor(() => expect(world.asked.length).toBe(length + 1))
  await world.signIn('bob')
  release()
  await shows("[bob]bob's page1 one")
  await vi.advanceTimersByTimeAsync(100)
  expect(world.asked.slice(length + 1)).toEqual(['bob GET /page1'])
})

it('is tried again unless it was refused', async () => {
  const { world, client } = setUp()
  await world.signIn('ada')
  for (const [status, count] of [[500, 4], [403, 1]] as const) {
    const { length } = world.asked
    world.answer = () => new Response(null, { status })
    const failed = client.infiniteQuery(pagesOf(world)).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await failed).toBeInstanceOf(Error)
    expect(world.asked.length - length).toBe(count)
  }
})

it('in a loader it fails when nobody is signed in; a suspended component waits', async () => {
  const { world, client } = setUp()
  await expect(client.infiniteQuery(pagesOf(world))).rejects.toMatchObject({ code: 'not_authenticated' })
  const Pages = memo(() => <p>{useSuspenseInfiniteQuery({ ...pagesOf(world), queryKey: ['suspended'] }).data.pages.join()}</p>)
  showOnScreen(world.auth, client, <Suspense fallback="suspended"><Pages /></Suspense>)
  await shows('[unauthenticated]suspended')
  await world.signIn('ada')
  await shows("ada's page1 one")
})
