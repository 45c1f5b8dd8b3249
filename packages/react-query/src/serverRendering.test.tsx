// @vitest-environment node
import { QueryClient, QueryClientProvider, QueryObserver, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { AuthProvider } from '@tessera-auth/react'
import { Suspense, type ReactNode } from 'react'
import { renderToPipeableStream } from 'react-dom/server'
import { Writable } from 'node:stream'
import { expect, it, vi } from 'vitest'
import { createWorld, namesIn } from '../test/world.ts'
import { authedQueryOptions, bindQueryClient } from './index.ts'

function render(page: ReactNode): Promise<string> {
  return new Promise((resolve, reject) => {
    let html = ''
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        html += chunk.toString()
        done()
      },
      final: (done) => (resolve(html), done()),
    })
    const stream = renderToPipeableStream(page, { onAllReady: () => void stream.pipe(sink), onShellError: reject, onError: () => {} })
  })
}

it('on a server nothing is asked, nobody is looked for, and no page waits', async () => {
  const { auth, asked } = createWorld()
  const client = new QueryClient()
  bindQueryClient(auth, client)
  const orders = authedQueryOptions(auth, { queryKey: ['orders'], queryFn: async ({ fetch }) => namesIn(await fetch('/orders')) })
  const Waiting = (): ReactNode => <p>{useQuery(orders).status}</p>
  const Suspended = (): ReactNode => <p>{useSuspenseQuery(orders).data}</p>
  const html = await render(
    <AuthProvider auth={auth}>
      <QueryClientProvider client={client}>
        <Waiting />
        <Suspense fallback="one moment">
          <Suspended />
        </Suspense>
      </QueryClientProvider>
    </AuthProvider>,
  )
  expect(html).toContain('<p>pending</p>')
  expect(html).toContain('one moment')
  expect([auth.store.getState().status, asked]).toEqual(['loading', []])
})

it('a server binds a client for each request, and the auth, which outlives them, keeps none', () => {
  const { auth } = createWorld()
  const subscribe = [vi.spyOn(auth.store, 'subscribe'), vi.spyOn(auth.tokens, 'subscribe')]
  const isEnabled = (client: QueryClient): boolean => new QueryObserver(client, { queryKey: ['orders'] }).getCurrentResult().isEnabled
  for (let request = 0; request < 3; request++) {
    const client = new QueryClient()
    const unbind = bindQueryClient(auth, client)
    expect(isEnabled(client)).toBe(false)
    unbind()
    expect(isEnabled(client)).toBe(true)
  }
  expect(subscribe.map(({ mock }) => mock.calls.length)).toEqual([0, 0])
})
