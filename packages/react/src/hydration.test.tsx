import { StrictMode, type ReactNode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { createWorld } from '../test/createWorld.ts'
import { ada, createPasswordAuth, servePasswords, type PasswordAuth } from '../test/passwordServer.ts'
import { setUp } from '../test/setUp.ts'
import { AuthProvider, RequireAuth, useAuth } from './index.ts'

setUp()

function Name(): ReactNode {
  const { user, status } = useAuth()
  return <i>{user?.name ?? status}</i>
}

function page(auth: PasswordAuth): ReactNode {
  return (
    <StrictMode>
      <AuthProvider auth={auth}>
        <RequireAuth fallback={<p>fallback</p>} loading={<p>loading</p>}>
          <p>secret</p>
        </RequireAuth>
        <Name />
      </AuthProvider>
    </StrictMode>
  )
}

/** A tab, with a session in its storage or without. */
async function tab(isSignedIn: boolean): Promise<() => PasswordAuth> {
  const world = createWorld()
  servePasswords(world)
  if (isSignedIn) {
    const before = createPasswordAuth(world)
    await before.login(ada)
    before.dispose()
  }
  return () => createPasswordAuth(world)
}

/** Hydrates what a server rendered; gives every text that was on the page at any time, until it shows `last`. */
async function hydrate(auth: PasswordAuth, last: string): Promise<string[]> {
  const container = document.createElement('div')
  container.innerHTML = renderToString(page(createPasswordAuth(createWorld())))
  document.body.append(container)
  const states = [container.textContent ?? '']
  const note = (records: readonly MutationRecord[]): void => {
    for (const { addedNodes, target } of records) {
      states.push(...[...addedNodes].map((node) => node.textContent ?? ''), target.textContent ?? '')
    }
  }
  const observer = new MutationObserver(note)
  observer.observe(container, { childList: true, subtree: true, characterData: true })
  const onRecoverableError = vi.fn<(error: unknown) => void>()
  const root = hydrateRoot(container, page(auth), { onRecoverableError })
  await vi.waitFor(() => expect(container.textContent).toBe(last))
  note(observer.takeRecords())
  observer.disconnect()
  root.unmount()
  container.remove()
  expect(onRecoverableError).not.toHaveBeenCalled()
  return states
}

describe('SS-02 hydration', () => {
  it('of somebody signed in: no mismatch, and the fallback never shows', async () => {
    const load = await tab(true)
    const states = await hydrate(load(), 'secretada')
    expect(states[0]).toBe('loadingloading')
    expect(states.join(' ')).not.toMatch(/fallback|unauthenticated/)
  })

  it('of somebody known to be signed in before it begins: likewise', async () => {
    const load = await tab(true)
    const auth = load()
    await auth.ready
    const states = await hydrate(auth, 'secretada')
    expect(states[0]).toBe('loadingloading')
    expect(states.join(' ')).not.toMatch(/fallback|unauthenticated/)
  })

  it('of nobody: no mismatch, and what is protected never shows', async () => {
    const load = await tab(false)
    const states = await hydrate(load(), 'fallbackunauthenticated')
    expect(states[0]).toBe('loadingloading')
    expect(states.join(' ')).not.toContain('secret')
  })
})
