import { keepPreviousData, QueryClient, QueryClientProvider, useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { createAuth, type Claims } from '@tessera-auth/core'
import { password, type PasswordInput } from '@tessera-auth/core/password'
import { AuthProvider, useAuth } from '@tessera-auth/react'
import { authedMutationOptions, authedQueryOptions, bindQueryClient } from '@tessera-auth/react-query'
import { memo, StrictMode, Suspense, useState, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { Doors } from './doors.tsx'
import { watchFrames } from './watchFrames.ts'

const method = password({ loginUrl: '/login', refreshUrl: '/refresh', logoutUrl: '/logout' })
const auth = createAuth<PasswordInput, Claims>({ method, shareAcrossTabs: true })
const client = new QueryClient()
const search = new URLSearchParams(location.search)
if (!search.has('unbound')) bindQueryClient(auth, client)

function thingsOf(kind: string) {
  return authedQueryOptions(auth, {
    queryKey: [kind],
    queryFn: async ({ fetch }): Promise<string[]> => (await fetch(`/api/${kind}`)).json() as Promise<string[]>,
    staleTime: Infinity,
  })
}

const orders = thingsOf('orders')

/** Each renders only when what it shows itself changes. */
const Who = memo(() => <h1>[{useAuth(({ user, status }) => user?.name ?? status)}]</h1>)

const Orders = memo(() => <List things={useQuery(orders).data} />)

const Suspended = memo(() => <List things={useSuspenseQuery(thingsOf('bills')).data} />)

const Paged = memo(() => {
  const [page, setPage] = useState('first')
  const { data } = useQuery({ ...thingsOf(page), placeholderData: keepPreviousData })
  return (
    <>
      <List things={data} />
      <button onClick={() => setPage('second')}>Second page</button>
    </>
  )
})

const addition = authedMutationOptions(auth, {
  mutationFn: async (thing: string, { fetch }) => {
    const response = await fetch('/api/orders', { method: 'POST', body: thing })
    if (!response.ok) throw new Error('Refused.')
  },
  async onMutate(thing) {
    await client.cancelQueries(orders)
    const before = client.getQueryData(orders.queryKey)
    client.setQueryData(orders.queryKey, [...(before ?? []), thing])
    return before
  },
  onError: (_error, _thing, before) => void client.setQueryData(orders.queryKey, before),
})

const Form = memo(() => {
  const { mutate, status, variables } = useMutation(addition)
  const order = (): void => {
    const state = auth.store.getState()
    if (state.status === 'authenticated') mutate(`${state.user.name}'s next order`)
  }
  return <button onClick={order}>Order ({status}) {variables}</button>
})

/** React hides what suspends again, and keeps it in the document unless it is another one's. */
function Boundary({ children }: { readonly children: ReactNode }): ReactNode {
  const person = useAuth(({ user }) => user?.sub)
  return <Suspense key={search.has('keyed') ? person : null} fallback="…">{children}</Suspense>
}

function List({ things = [] }: { readonly things?: readonly string[] | undefined }): ReactNode {
  return <ul>{things.map((thing) => <li key={thing}>{thing}</li>)}</ul>
}

watchFrames(search.has('keyed'))
window.refresh = () => auth.tokens.refresh()

createRoot(document.querySelector('#root') ?? document.body).render(
  <StrictMode>
    <AuthProvider auth={auth}>
      <QueryClientProvider client={client}>
        <Who />
        <Doors auth={auth} />
        <button onClick={() => void auth.tokens.refresh()}>Refresh</button>
        <Orders />
        <Boundary>
          <Suspended />
        </Boundary>
        <Paged />
        <Form />
      </QueryClientProvider>
    </AuthProvider>
  </StrictMode>,
)
