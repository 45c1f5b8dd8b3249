// @vitest-environment node
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { createAuth } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import type { ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createWorld } from '../test/createWorld.ts'
import { returnFromProvider, serveOAuth } from '../test/oauthServer.ts'
import { ada, createPasswordAuth, servePasswords } from '../test/passwordServer.ts'
import { AuthCallback, AuthProvider, RequireAuth, useAuth, useAuthedFetch, useRefreshStatus } from './index.ts'

function Profile(): ReactNode {
  const auth = useAuth()
  const name = useAuth((view) => ({ name: view.user?.name }))
  const refresh = useRefreshStatus()
  useAuthedFetch()
  return JSON.stringify({ auth, name, refresh })
}

const browserGlobals = [
  'window',
  'document',
  'location',
  'history',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'BroadcastChannel',
]
const watchedGlobals = [
  ...browserGlobals,
  'navigator',
  'setTimeout',
  'setInterval',
  'fetch',
  'crypto',
  'addEventListener',
]

/** Notes each look at a global, until the returned function is called. */
function watchGlobals(): () => string[] {
  const touched: string[] = []
  const before = watchedGlobals.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
  for (const [name, descriptor] of before) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get(): unknown {
        touched.push(name)
        return descriptor?.get === undefined ? descriptor?.value : descriptor.get.call(globalThis)
      },
    })
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name)
      else Object.defineProperty(globalThis, name, descriptor)
    }
    return touched
  }
}

afterEach(() => {
  vi.resetModules()
})

describe('on a server', () => {
  it('SS-03 importing, creating and rendering touch no global', async () => {
    vi.resetModules()
    const touched = watchGlobals()
    let html = ''
    let seen: string[] = []
    try {
      const own = await import('./index.ts')
      const auth = createAuth({ method: password({ loginUrl: '/login' }), storage: 'session' })
      html = renderToString(
        <own.AuthProvider auth={auth}>
          <own.RequireAuth fallback="fallback" loading="loading">
            secret
          </own.RequireAuth>
        </own.AuthProvider>,
      )
    } finally {
      seen = touched()
    }
    expect(html).toBe('loading')
    expect(seen).toEqual([])
  })

  it('SS-02 SS-04 SS-07 knows nobody, whoever is signed in there, and puts no token and no user into the HTML', async () => {
    const world = createWorld()
    servePasswords(world)
    const auth = createPasswordAuth(world)
    await auth.login(ada)
    expect(auth.store.getState().status).toBe('authenticated')
    const app = (
      <AuthProvider auth={auth}>
        <RequireAuth fallback="fallback" loading="loading">
          secret
        </RequireAuth>
        <Profile />
      </AuthProvider>
    )
    const html = renderToString(app)

    expect(html).toMatch(/^loading/)
    expect(html).toContain('&quot;status&quot;:&quot;loading&quot;')
    expect(html).not.toMatch(/secret|ada|example|ey[\w-]+\./)
    expect(renderToString(app)).toBe(html)
    // As props that go to the browser, or onto a log.
    expect(JSON.stringify({ auth }) + inspect({ auth }, { depth: 9, showHidden: true })).not.toMatch(/secret|ey[\w-]+\./)
    await auth.tokens.refresh()
    await auth.logout()
    expect(renderToString(app)).toBe(html)
    auth.dispose()
  })

  it('completes no login and starts nothing: that is for the browser', async () => {
    const world = createWorld()
    serveOAuth(world)
    const auth = await returnFromProvider(world, '/orders', { code: 'fresh' })
    const [sent, address, remains] = [[...world.sent], world.href, world.remains()]
    const onDone = vi.fn<() => void>()
    const html = renderToString(
      <AuthProvider auth={auth}>
        <AuthCallback onDone={onDone} />
      </AuthProvider>,
    )
    await Promise.resolve()

    expect(html).toBe('<p role="status">Signing in…</p>')
    expect({ sent: world.sent, address: world.href, remains: world.remains() }).toEqual({ sent, address, remains })
    expect(auth.store.getState().status).toBe('loading')
    expect(onDone).not.toHaveBeenCalled()
  })

  it('is a client module to React Server Components', () => {
    expect(readFileSync(new URL('index.ts', import.meta.url), 'utf8')).toMatch(/^'use client'\n/)
  })
})
