import { parkRequests, type Parked } from '@tessera-auth/core/parking'
import { AuthError, createAuth, type Auth, type AuthErrorCode, type AuthMethod, type AuthState, type Claims } from '@tessera-auth/core'
import { createMockAuth } from '@tessera-auth/testing'
import { act, render, screen } from '@testing-library/react'
import { StrictMode, useEffect, useState, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { authInState, loading, signedIn, signedOut } from '../test/authInState.ts'
import { createWorld } from '../test/createWorld.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, RequireAuth, SessionExpired, useAuth, useAuthedFetch, useParkedCount, type ProvidedAuth } from './index.ts'

setUp()

/** Somebody who signs in: their subject, and what is shown of them. */
interface Person {
  readonly subject: string | null
  readonly user?: Claims
}
const method: AuthMethod<Person, Claims> = {
  name: 'plain',
  login: async ({ subject, user = { name: subject ?? '?' } }) => ({ accessToken: `at-${subject}`, subject, user, scope: ['read'] }),
}
const ada: Person = { subject: 'ada' }
const bob: Person = { subject: 'bob' }

let mounts = 0

function Form(): ReactNode {
  const name = useAuth(({ user }) => user?.name)
  const [mount] = useState(() => ++mounts)
  return (
    <form>
      <label>
        Note of {name}, {mount} <input />
      </label>
      <button type="button">Send</button>
    </form>
  )
}

function Dialog(): ReactNode {
  const { status, reason } = useAuth()
  const count = useParkedCount()
  return (
    <div role="dialog" aria-label="Sign in again">
      {status} {reason} {count} <input aria-label="Password" />
    </div>
  )
}

function page(auth: ProvidedAuth, children: ReactNode = <Form />, dialog: Parameters<typeof SessionExpired>[0]['dialog'] = <Dialog />): ReactNode {
  return (
    <StrictMode>
      <AuthProvider auth={auth}>
        <button>Outside</button>
        <SessionExpired fallback={({ reason }) => `fallback ${reason}`} loading="loading" dialog={dialog}>
          {children}
        </SessionExpired>
      </AuthProvider>
    </StrictMode>
  )
}

type Plain = Auth<Person, Claims>
function create(): Plain {
  return createAuth<Person, Claims>({ method }, createWorld().environment)
}
const login = (auth: Plain, person: Person) => act(() => auth.login(person))
const end = (auth: Plain, code: AuthErrorCode = 'session_expired') => act(() => auth.tokens.end(new AuthError(code, 'over')))
/** Somebody signed in, who has written something. */
async function open(person = ada, children?: ReactNode, dialog?: Parameters<typeof page>[2]) {
  const auth = create()
  await auth.login(person)
  const { container, rerender } = render(page(auth, children, dialog))
  const field = () => container.querySelector<HTMLInputElement>('form input')
  const first = field()
  if (first !== null) first.value = 'half filled in'
  return { auth, container, first, field, rerender, dialog: () => screen.queryByRole('dialog') }
}
const isInert = (element: Element | null) => element?.closest('[inert]') != null

describe('an end of the session', () => {
  it.each([
    ['session_expired', 'expired'],
    ['refresh_rejected', 'refresh_rejected'],
    ['revoked', 'revoked'],
  ] as const)('keeps the children, inert, and shows the dialog beside them: %s', async (code, reason) => {
    const { auth, first, field, dialog, container } = await open()
    expect([dialog(), isInert(first)]).toEqual([null, false])
    end(auth, code)
    expect(field()).toBe(first)
    expect(isInert(first)).toBe(true)
    expect(dialog()?.textContent).toBe(`unauthenticated ${reason} 0 `)
    expect(isInert(dialog())).toBe(false)
    expect(container.textContent).toContain('Note of ada')
  })

  it.each([
    ['subject_changed', 'subject_changed'],
    ['storage_failed', 'storage_cleared'],
    ['session_idle', 'idle'],
  ] as const)('shows the fallback and keeps nothing: %s', async (code, reason) => {
    const { auth, container, dialog } = await open()
    end(auth, code)
    expect(dialog()).toBeNull()
    expect(container.textContent).toBe(`Outsidefallback ${reason}`)
  })

  it('keeps what the same person left, whom no component below has missed', async () => {
    const { auth, first, field, dialog } = await open()
    end(auth)
    await login(auth, ada)
    expect([field(), field()?.value, dialog(), isInert(first)]).toEqual([first, 'half filled in', null, false])
    end(auth, 'revoked')
    await login(auth, { ...ada, user: { name: 'Ada L.' } })
    expect([field(), field()?.value, isInert(first)]).toEqual([first, 'half filled in', false])
    expect(first?.closest('label')?.textContent).toContain('Ada L.')
  })

  it('keeps the dialog and what is written there while a login is under way or fails', async () => {
    const failing: AuthMethod<Person, Claims> = {
      ...method,
      login: async (person, ctx) => (person === bob ? Promise.reject(new AuthError('invalid_credentials', 'no')) : method.login(person, ctx)),
    }
    const auth = createAuth<Person, Claims>({ method: failing }, createWorld().environment)
    await auth.login(ada)
    render(page(auth))
    end(auth)
    const field = screen.getByLabelText('Password')
    await act(() => auth.login(bob).catch(() => {}))
    expect(screen.getByLabelText('Password')).toBe(field)
  })

  it('is the fallback where nobody was shown anything before', async () => {
    const auth = create()
    await auth.login(ada)
    auth.tokens.end(new AuthError('session_expired', 'over'))
    const { container } = render(page(auth))
    expect(container.textContent).toBe('Outsidefallback expired')
  })

  it('ends in the fallback when the person signs out of the dialog', async () => {
    const { auth, container, dialog, field } = await open()
    end(auth)
    await act(async () => void (await auth.logout()))
    expect([dialog(), field(), container.textContent]).toEqual([null, null, 'Outsidefallback user'])
    await login(auth, ada)
    expect(field()?.value).toBe('')
  })

  it('gives the dialog what `useAuth()` gives, if it is a function', async () => {
    const { auth, container } = await open(ada, <Form />, ({ reason, error }) => <p>{`${reason}, as ${error?.code}`}</p>)
    end(auth)
    expect(container.textContent).toContain('expired, as session_expired')
  })

  it('keeps what is below another `SessionExpired`, whose dialog does not show: the page has one', async () => {
    const inner = (
      <SessionExpired fallback="inner fallback" dialog="inner dialog">
        <Form />
      </SessionExpired>
    )
    const { auth, first, field, container } = await open(ada, inner)
    end(auth)
    expect(field()).toBe(first)
    expect(container.textContent).not.toContain('inner')
    await login(auth, ada)
    expect([field(), field()?.value, isInert(first)]).toEqual([first, 'half filled in', false])
    end(auth)
    await login(auth, bob)
    expect([field() === first, field()?.value]).toEqual([false, ''])
  })

  it('does not take away what is below another guard, or asks who is signed in', async () => {
    const Narrow = (): ReactNode => (useAuth().isAuthenticated ? <Form /> : null)
    const { auth, first, field } = await open(ada, <RequireAuth fallback="inner fallback" scopes={['read']} forbidden="forbidden"><Narrow /></RequireAuth>)
    end(auth)
    expect(field()).toBe(first)
    await login(auth, ada)
    expect(field()).toBe(first)
  })
})

describe('somebody else', () => {
  /** Notes each commit with whom the form says it is of, and what is in it. */
  function watchPage(container: Element) {
    const seen: string[] = []
    const observer = new MutationObserver(() => seen.push(`${container.textContent}|${container.querySelector<HTMLInputElement>('form input')?.value ?? ''}`))
    observer.observe(container, { subtree: true, childList: true, characterData: true })
    return seen
  }

  it('gets children that are mounted anew, with nothing of the first', async () => {
    const { auth, first, field, container, dialog } = await open()
    end(auth)
    const seen = watchPage(container)
    await login(auth, bob)
    expect(dialog()).toBeNull()
    expect(field()).not.toBe(first)
    expect([field()?.value, isInert(field())]).toEqual(['', false])
    await act(async () => {})
    expect(seen.length).toBeGreaterThan(0)
    for (const text of seen) expect(text).not.toMatch(/Note of bob.*half|ada.*unauthenticated/)
    end(auth)
    await login(auth, ada)
    expect(field()?.value).toBe('')
  })

  it('who signs in while the first is signed in does so too', async () => {
    const { auth, first, field } = await open()
    await login(auth, bob)
    expect(field()).not.toBe(first)
    expect(field()?.value).toBe('')
  })

  it('who is found in another tab does so too, even if both look the same', async () => {
    const user = { name: 'clerk' }
    const { auth, first, field } = await open({ subject: 'ada', user })
    const state = auth.store.getState()
    await act(async () => void (await auth.tokens.setTokens({ accessToken: 'at-bob', subject: 'bob', user, scope: ['read'], method: 'plain', family: 'other' })))
    expect(auth.store.getState()).toBe(state)
    expect(field()).not.toBe(first)
    expect(field()?.value).toBe('')
  })

  it('is whoever is signed in at another auth that is provided', async () => {
    const { first, field, rerender } = await open()
    const other = create()
    await other.login(bob)
    rerender(page(other))
    expect(field()).not.toBe(first)
    expect(field()?.value).toBe('')
  })

  it('is whoever signs in where nobody has a subject', async () => {
    const { auth, first, field, dialog } = await open({ subject: null })
    end(auth)
    expect(dialog()).not.toBeNull()
    await login(auth, { subject: null })
    expect(field()).not.toBe(first)
  })

  it('is never rendered with the state of the first, nor the first with theirs', async () => {
    const rendered = new Set<string>()
    const Spy = (): ReactNode => {
      const { user } = useAuth()
      const [owner] = useState(user?.name)
      rendered.add(`${owner} sees ${user?.name}`)
      useEffect(() => void rendered.add(`${owner} saw ${user?.name}`))
      return null
    }
    const { auth } = await open(ada, <Spy />)
    end(auth)
    await login(auth, bob)
    await login(auth, ada)
    expect([...rendered].sort()).toEqual(['ada saw ada', 'ada sees ada', 'bob saw bob', 'bob sees bob'])
  })
})

describe('the focus', () => {
  it('goes into the dialog, and comes back to where it was', async () => {
    const { auth, first } = await open()
    first?.focus()
    end(auth)
    expect(document.activeElement).toBe(screen.getByLabelText('Password'))
    await login(auth, ada)
    expect(document.activeElement).toBe(first)
  })

  it('comes back although the dialog took it by itself', async () => {
    const dialog = (
      <div role="dialog">
        <button>Other</button> <input aria-label="Code" autoFocus />
      </div>
    )
    const { auth, first } = await open(ada, <Form />, dialog)
    first?.focus()
    end(auth)
    expect(document.activeElement).toBe(screen.getByLabelText('Code'))
    await login(auth, ada)
    expect(document.activeElement).toBe(first)
  })

  it('goes to the first of the dialog that takes it: not to what is there and not shown', async () => {
    const hidden = (button: HTMLButtonElement | null): void => {
      // As of a browser, for what it does not render.
      if (button !== null) button.focus = () => {}
    }
    const dialog = (
      <div role="dialog">
        <button ref={hidden}>Hidden</button> <input aria-label="Code" />
      </div>
    )
    const { auth, first } = await open(ada, <Form />, dialog)
    first?.focus()
    end(auth)
    expect(document.activeElement).toBe(screen.getByLabelText('Code'))
  })

  it('goes to the dialog itself where nothing in it takes it, if that may have it', async () => {
    const { auth, first } = await open(ada, <Form />, <div role="dialog" tabIndex={-1}>One moment…</div>)
    first?.focus()
    end(auth)
    expect(document.activeElement).toBe(screen.getByRole('dialog'))
    await login(auth, ada)
    expect(document.activeElement).toBe(first)
  })

  it('stays where the person has put it meanwhile', async () => {
    const { auth, first } = await open()
    first?.focus()
    end(auth)
    screen.getByText('Outside').focus()
    await login(auth, ada)
    expect(document.activeElement).toBe(screen.getByText('Outside'))
  })
})

describe('besides', () => {
  it('shows `loading` until it is known who is signed in, on a server and in the first render', () => {
    const { auth, set } = authInState(loading)
    expect(renderToString(page(auth))).toContain('loading')
    const { container } = render(page(auth))
    expect(container.textContent).toBe('Outsideloading')
    act(() => set(signedOut))
    expect(container.textContent).toBe('Outsidefallback never_signed_in')
    act(() => set(signedIn))
    expect(container.textContent).toContain('Note of Ada')
  })

  it('works with a mock, where the same user is the same person', () => {
    const expired: AuthState<{ readonly name: string }> = { status: 'unauthenticated', reason: 'expired', pending: null, error: null }
    const auth = createMockAuth<{ readonly name: string }>({ user: { name: 'Ada' } })
    const { container } = render(page(auth))
    const first = container.querySelector('form input')
    const as = (name: string): void => act(() => auth.setState({ ...expired, status: 'authenticated', method: 'mock', user: { name }, scope: [] }))
    act(() => auth.setState(expired))
    expect(screen.queryByRole('dialog')).not.toBeNull()
    as('Ada')
    expect(container.querySelector('form input')).toBe(first)
    act(() => auth.setState(expired))
    as('Bob')
    expect(container.querySelector('form input')).not.toBe(first)
  })

  it('renders nothing for a refresh', async () => {
    let renders = 0
    const Count = (): ReactNode => {
      renders++
      return useAuth(({ user }) => user?.name)
    }
    const { auth } = await open(ada, <Count />)
    const sofar = renders
    await act(() => auth.tokens.replaceTokens((tokens) => ({ ...tokens, accessToken: 'at-next' })))
    expect(renders).toBe(sofar)
  })

  it('watches as long as it is mounted', () => {
    const { auth, watchers } = authInState(signedIn)
    const { unmount } = render(page(auth))
    expect(watchers()).toBeGreaterThan(0)
    unmount()
    expect(watchers()).toBe(0)
  })

  it('leaves to whoever made it a request that outlives the page: nothing complains', async () => {
    const world = createWorld()
    const auth: Plain & Parked = parkRequests(createAuth<Person, Claims>({ method, api: 'https://app.example' }, world.environment), {}, world.environment)
    await auth.login(ada)
    const Asking = (): ReactNode => {
      const authedFetch = useAuthedFetch()
      const [text, setText] = useState('asking')
      useEffect(() => {
        const leaving = new AbortController()
        authedFetch('/orders', { signal: leaving.signal }).then((response) => setText(`${response.status}`), (error: unknown) => setText(String(error)))
        return () => leaving.abort()
      }, [authedFetch])
      return text
    }
    world.respond = () => new Response(null, { status: 401 })
    const { unmount } = render(page(auth, <Asking />))
    // In StrictMode it is asked for twice, and the first time given up.
    await screen.findByText(/unauthenticated revoked 1/)
    unmount()
    expect(auth.parkedStore.getState()).toBe(0)
    world.respond = () => new Response('done')
    const sofar = world.sent.length
    await login(auth, ada)
    expect(world.sent.length).toBe(sofar)
  })

  it('says how many requests wait', async () => {
    const world = createWorld()
    const auth: Plain & Parked = parkRequests(createAuth<Person, Claims>({ method, api: 'https://app.example' }, world.environment), {}, world.environment)
    await auth.login(ada)
    render(page(auth))
    world.respond = () => new Response(null, { status: 401 })
    const sent = auth.fetch('/orders', { method: 'POST', body: 'x' })
    await screen.findByText(/unauthenticated revoked 1/)
    world.respond = () => new Response('done')
    await login(auth, ada)
    expect(await (await sent).text()).toBe('done')
    expect(world.sent).toEqual(['POST /orders', 'POST /orders'])
  })
})
