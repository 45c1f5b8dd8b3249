import { act, fireEvent, render } from '@testing-library/react'
import { StrictMode, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { beforeEach, expect, it, vi } from 'vitest'
import { createWorld } from '../test/createWorld.ts'
import { ada, createPasswordAuth, servePasswords, type PasswordAuth } from '../test/passwordServer.ts'
import { quietly, setUp } from '../test/setUp.ts'
import { AuthProvider, useAuth, useIdleTimeout } from './index.ts'

setUp()
beforeEach(() => {
  sessionStorage.clear()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
})

const idleMs = 15 * 60_000
let renders = 0

function Warning({ ms = idleMs }: { readonly ms?: number }): ReactNode {
  const { isWarning, remainingMs, stay } = useIdleTimeout({ idleMs: ms, warnMs: 30_000 })
  renders++
  return isWarning && <button onClick={stay}>{remainingMs}</button>
}
function Reason(): ReactNode {
  return useAuth().reason ?? 'in'
}

async function show(auth: PasswordAuth = create()) {
  renders = 0
  const app = (ms?: number): ReactNode => (
    <AuthProvider auth={auth}>
      <Reason />
      <Warning {...(ms === undefined ? {} : { ms })} />
    </AuthProvider>
  )
  const shown = render(app(), { wrapper: StrictMode })
  await act(() => auth.login(ada))
  renders = 0
  return { auth, ...shown, pass: (passMs: number) => act(() => vi.advanceTimersByTimeAsync(passMs)), again: (ms: number) => shown.rerender(app(ms)) }
}
function create(): PasswordAuth {
  const world = createWorld()
  servePasswords(world)
  return createPasswordAuth(world)
}

it('renders nothing until it warns, then once a second, and signs out', async () => {
  const { container, pass } = await show()
  await pass(idleMs - 30_000 - 1)
  expect([renders, container.textContent]).toEqual([0, 'in'])
  await pass(1)
  expect(container.textContent).toBe('in30000')
  // In StrictMode each counts twice.
  renders = 0
  for (let i = 0; i < 10; i++) await pass(1_000)
  expect([renders, container.textContent]).toEqual([20, 'in20000'])
  await pass(20_000)
  expect(container.textContent).toBe('in0')
  await pass(250)
  expect(container.textContent).toBe('idle')
})

it('goes on for who says so, or does anything in the page', async () => {
  let press: ((event: { readonly isTrusted: boolean }) => void) | undefined
  const add = window.addEventListener.bind(window)
  vi.spyOn(window, 'addEventListener').mockImplementation((type: string, listener: unknown, options: unknown) => {
    add(type, listener as EventListener, options as AddEventListenerOptions)
    if (type === 'keydown') press = listener as typeof press
  })
  const { container, pass, getByRole } = await show()
  await pass(idleMs - 20_000)
  fireEvent.click(getByRole('button'))
  expect(container.textContent).toBe('in')
  await pass(idleMs - 20_000)
  fireEvent.keyDown(document.body, { key: 'a' })
  // What a script presses is nobody.
  expect(container.textContent).not.toBe('in')
  act(() => press?.({ isTrusted: true }))
  expect(container.textContent).toBe('in')
  await pass(idleMs - 30_000 - 1)
  expect(container.textContent).toBe('in')
})

it('INV-18 watches while mounted, with the options of now, and leaves nothing behind', async () => {
  const { container, pass, again, unmount, auth } = await show()
  await pass(60_000)
  again(60_000)
  await pass(250)
  expect(container.textContent).toBe('idle')
  await act(() => auth.login(ada))
  unmount()
  const before = vi.getTimerCount()
  await pass(2 * idleMs)
  expect([auth.store.getState().status, before]).toEqual(['authenticated', vi.getTimerCount()])
})

it('warns nobody on a server', () => {
  const auth = create()
  expect(renderToString(<AuthProvider auth={auth}><Warning /></AuthProvider>)).toBe('')
})

it('refuses options that are wrong', () => {
  const auth = create()
  quietly(() => expect(() => render(<AuthProvider auth={auth}><Warning ms={15} /></AuthProvider>)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'idleMs' })))
})
