import { QueryClient, QueryClientProvider, useMutation, useQuery } from '@tanstack/react-query'
import { createAuth, type Claims } from '@tessera-auth/core'
import { parkRequests } from '@tessera-auth/core/parking'
import { password, type PasswordInput } from '@tessera-auth/core/password'
import { AuthProvider, SessionExpired, useAuth, useParkedCount } from '@tessera-auth/react'
import { authedQueryOptions, bindQueryClient } from '@tessera-auth/react-query'
import { memo, StrictMode, useState, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { Doors } from './doors.tsx'
import { watchFrames } from './watchFrames.ts'

const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })
const auth = parkRequests(createAuth<PasswordInput, Claims>({ method }))
const client = new QueryClient()
bindQueryClient(auth, client, { keepWhileExpired: !new URLSearchParams(location.search).has('cleared') })

const orders = authedQueryOptions(auth, {
  queryKey: ['orders'],
  queryFn: async ({ fetch }): Promise<string[]> => (await fetch('/api/orders')).json() as Promise<string[]>,
  staleTime: Infinity,
})

const Who = memo(() => <h1>[{useAuth(({ user, status }) => user?.name ?? status)}]</h1>)

const Orders = memo(() => <ul>{useQuery(orders).data?.map((order) => <li key={order}>{order}</li>)}</ul>)

function Form(): ReactNode {
  const [calls, setCalls] = useState(0)
  const { mutate, status } = useMutation({
    mutationFn: async (thing: string) => {
      const response = await auth.fetch('/api/orders', { method: 'POST', body: thing })
      if (!response.ok) throw new Error('Refused.')
    },
    async onSuccess() {
      setCalls((before) => before + 1)
      await client.invalidateQueries(orders)
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const thing = new FormData(event.currentTarget).get('thing')
        if (typeof thing === 'string') mutate(thing)
      }}
    >
      <input name="thing" aria-label="Thing" />
      <input name="note" aria-label="Note" />
      <button>Order</button>
      <output>
        {status}, called {calls}
      </output>
    </form>
  )
}

function Again(): ReactNode {
  const count = useParkedCount()
  return (
    <section role="dialog" aria-label="Sign in again">
      Waiting: {count}
      <Doors auth={auth} />
    </section>
  )
}

watchFrames(false)

createRoot(document.querySelector('#root') ?? document.body).render(
  <StrictMode>
    <AuthProvider auth={auth}>
      <QueryClientProvider client={client}>
        <Who />
        <SessionExpired fallback={<Doors auth={auth} />} dialog={<Again />}>
          <Orders />
          <Form />
        </SessionExpired>
      </QueryClientProvider>
    </AuthProvider>
  </StrictMode>,
)
