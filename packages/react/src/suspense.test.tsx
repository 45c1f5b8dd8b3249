import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createAuth, type PageStorage } from '@tessera-auth/core'
import { cookieSession } from '@tessera-auth/core/cookie-session'
import { act, render } from '@testing-library/react'
import * as React from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToPipeableStream } from 'react-dom/server'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createWorld, type World } from '../test/createWorld.ts'
import { deferred } from '../test/deferred.ts'
import { ada, createPasswordAuth, nextRefresh, servePasswords } from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { Known, SuspendingPage } from '../test/SuspendingPage.tsx'

setUp()

/** A storage that says nothing until told to, and counts how often it was asked for the session. */
function slowStorage(storage: PageStorage): { readonly storage: PageStorage; readonly answer: () => void; readonly reads: () => number } {
  const gate = deferred()
  let reads = 0
  const getItem = async (key: string): Promise<string | null> => {
    reads++
    await gate.promise
    return storage.getItem(key)
  }
  return { storage: { ...storage, getItem: getItem as never }, answer: () => gate.resolve(), reads: () => reads }
}

/** Notes each text that an element shows, one after the other. */
function watch(element: Element): () => readonly string[] {
  // What React suspends, it hides and does not remove.
  const isShown = (node: Node): boolean => node instanceof Text || (node instanceof HTMLElement && node.style.display !== 'none')
  const shown = (): string => [...element.childNodes].filter(isShown).map((node) => node.textContent).join('')
  const texts = [shown()]
  const note = (): void => void (texts.at(-1) !== shown() && texts.push(shown()))
  const observer = new MutationObserver(note)
  observer.observe(element, { childList: true, subtree: true, characterData: true, attributes: true })
  return () => (note(), observer.disconnect(), texts)
}

/** What a server sends that waits for all that has to be waited for. */
async function renderOnServer(): Promise<string> {
  vi.resetModules()
  const own = await import('../test/SuspendingPage.tsx')
  const auth = createPasswordAuth(createWorld())
  return new Promise((resolve, reject) => {
    const { pipe } = renderToPipeableStream(<own.SuspendingPage auth={auth} />, {
      onError: reject,
      onAllReady: () => void text(pipe(new PassThrough())).then(resolve),
    })
  })
}

async function signedInWorld(): Promise<World> {
  const world = createWorld()
  servePasswords(world)
  const before = createPasswordAuth(world)
  await before.login(ada)
  before.dispose()
  return world
}

let world: World
beforeEach(async () => {
  world = await signedInWorld()
})

describe.skipIf(!('use' in React))('use(auth.ready)', () => {
  it.each([
    ['somebody', 'ada'],
    ['nobody', 'unauthenticated'],
  ])('waits until it is known that %s is signed in, and shows that alone', async (who, shown) => {
    const slow = slowStorage(who === 'somebody' ? world.environment.tabStorage : createWorld().environment.tabStorage)
    const auth = createPasswordAuth(world, { storage: slow.storage })
    const container = document.createElement('div')
    const texts = watch(container)
    await act(async () => render(<SuspendingPage auth={auth} />, { container }))
    expect(container.textContent).toBe('…')
    await act(async () => slow.answer())
    expect(texts()).toEqual(['', '…', shown])
  })

  it('SS-06 is one wait and one look, however many ask beside and below each other', async () => {
    const slow = slowStorage(world.environment.tabStorage)
    const auth = createPasswordAuth(world, { storage: slow.storage })
    const container = document.createElement('div')
    const texts = watch(container)
    const nested = (
      <>
        <Known auth={auth}>
          <Known auth={auth} />
        </Known>
        <Known auth={auth} />
      </>
    )
    await act(async () => render(<SuspendingPage auth={auth}>{nested}</SuspendingPage>, { container }))
    const [waited, reads] = [auth.ready, slow.reads()]
    expect(auth.ready).toBe(waited)
    await act(async () => slow.answer())
    expect(texts()).toEqual(['', '…', 'adaadaada'])
    expect(auth.ready).toBe(waited)
    expect(slow.reads()).toBe(reads)
  })

  it('never waits again: for no login, no refresh and no sign-out', async () => {
    const auth = createPasswordAuth(world)
    const container = document.createElement('div')
    await act(async () => render(<SuspendingPage auth={auth} />, { container }))
    const texts = watch(container)
    await act(async () => void (await Promise.all([nextRefresh(auth), auth.tokens.refresh()])))
    await act(async () => void (await auth.logout()))
    await act(async () => auth.login(ada))
    expect(texts()).toEqual(['ada', 'unauthenticated', 'ada'])
  })

  it('does not wait at all where it is known before', async () => {
    const auth = createPasswordAuth(world)
    await auth.ready
    const container = document.createElement('div')
    const texts = watch(container)
    render(<SuspendingPage auth={auth} />, { container })
    expect(texts()).toEqual(['', 'ada'])
  })

  it('ends the wait when the server that has to be asked does not answer, and goes on when it does', async () => {
    vi.useFakeTimers()
    world.respond = () => new Response(null, { status: 500 })
    const auth = createAuth({ method: cookieSession({ sessionUrl: '/session' }) }, world.environment)
    const container = document.createElement('div')
    const texts = watch(container)
    await act(async () => render(<SuspendingPage auth={auth} />, { container }))
    expect(container.textContent).toBe('loadingserver_error')
    world.respond = () => Response.json({ sub: '1', name: 'ada' })
    await act(async () => vi.advanceTimersByTimeAsync(60_000))
    expect(texts()).toEqual(['', '…', 'loadingserver_error', 'ada'])
    auth.dispose()
  })

  it('renders on a server what is known there, which is nothing, and is hydrated without a mismatch', async () => {
    const container = document.createElement('div')
    container.innerHTML = await renderOnServer()
    expect(container.textContent).toBe('loading')

    const texts = watch(container)
    const onRecoverableError = vi.fn<(error: unknown) => void>()
    const root = await act(async () => hydrateRoot(container, <SuspendingPage auth={createPasswordAuth(world)} />, { onRecoverableError }))
    expect(texts()).toEqual(['loading', 'ada'])
    expect(onRecoverableError).not.toHaveBeenCalled()
    act(() => root.unmount())
  })
})
