import { requireAuth } from '@tessera-auth/react/react-router'
import type { ReactNode } from 'react'
import { useLoaderData, type LoaderFunctionArgs } from 'react-router'
import { api, auth } from './auth.ts'

interface Order {
  readonly id: string
  readonly name: string
}

const signedIn = requireAuth(auth)

export async function loadOrders(args: LoaderFunctionArgs): Promise<readonly Order[]> {
  await signedIn(args)
  const response = await auth.fetch(`${api}resources`, { signal: args.request.signal })
  if (!response.ok) throw new Error(`The orders could not be loaded (${response.status}).`)
  const { resources }: { resources: Order[] } = await response.json()
  return args.url.searchParams.get('sort') === 'name' ? resources.sort((one, other) => one.name.localeCompare(other.name)) : resources
}

export function OrdersPage(): ReactNode {
  const orders = useLoaderData<typeof loadOrders>()
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
