import { createRoute } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { api, auth } from './auth.ts'
import { signedInRoute } from './signedInRoute.tsx'

interface Order {
  readonly id: string
  readonly name: string
}

export const ordersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/orders',
  validateSearch: ({ sort }: { readonly sort?: unknown }): { sort?: 'name' } => (sort === 'name' ? { sort } : {}),
  loaderDeps: ({ search: { sort } }) => ({ sort }),
  loader: ({ deps, abortController }) => loadOrders(deps, abortController.signal),
  component: OrdersPage,
})

async function loadOrders({ sort }: { readonly sort?: 'name' | undefined }, signal: AbortSignal): Promise<readonly Order[]> {
  const response = await auth.fetch(`${api}resources`, { signal })
  if (!response.ok) throw new Error(`The orders could not be loaded (${response.status}).`)
  const { resources }: { resources: Order[] } = await response.json()
  return sort === 'name' ? resources.sort((one, other) => one.name.localeCompare(other.name)) : resources
}

function OrdersPage(): ReactNode {
  const orders = ordersRoute.useLoaderData()
  return (
    <>
      <h1>Orders</h1>
      <ul className="rows">
        {orders.map(({ id, name }) => (
          <li key={id} id={name.toLowerCase().replaceAll(' ', '-')}>
            {name}
          </li>
        ))}
      </ul>
    </>
  )
}
