import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { AuthProvider, type ProvidedAuth } from '@tessera-auth/react'
import { lazy, Suspense, type ComponentType, type ReactNode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import { createWorld, deferred, namesIn } from '../test/world.ts'
import { authedQueryOptions, bindQueryClient, type BoundAuth } from './index.ts'

function page(auth: BoundAuth & ProvidedAuth, within: (Orders: ComponentType) => ComponentType): ReactNode {
  const client = new QueryClient()
  bindQueryClient(auth, client)
  const orders = authedQueryOptions(auth, { queryKey: ['orders'], queryFn: async ({ fetch }) => namesIn(await fetch('/orders')) })
  const Orders = within(() => {
    const { data, isPending } = useQuery(orders)
    return <p>{isPending ? 'one moment' : data?.join()}</p>
  })
  return (
    <AuthProvider auth={auth}>
      <QueryClientProvider client={client}>
        <Suspense>
          <Orders />
        </Suspense>
      </QueryClientProvider>
    </AuthProvider>
  )
}

it('SS-02 what hydrates once it is known who is signed in matches what a server rendered by isPending', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
  const container = document.createElement('div')
  container.innerHTML = renderToString(page(createWorld().auth, (Orders) => Orders))
  const [html] = container.children
  const world = createWorld()
  await world.signIn('ada')
  const auth = world.reload()
  const { promise: isKnown, resolve } = deferred()
  const late = page(auth, (Orders) => lazy(() => isKnown.then(() => ({ default: Orders }))))
  const onRecoverableError = vi.fn<(error: unknown) => void>()
  const root = hydrateRoot(container, late, { onRecoverableError })
  await vi.waitFor(() => expect(auth.store.getState().status).toBe('authenticated'))
  expect(container.textContent).toBe('one moment')
  resolve()
  await vi.waitFor(() => expect(container.textContent).toBe("ada's orders one,ada's orders two"))
  expect(container.children[0]).toBe(html)
  expect(onRecoverableError).not.toHaveBeenCalled()
  root.unmount()
  vi.unstubAllGlobals()
})
