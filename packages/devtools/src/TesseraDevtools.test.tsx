// @vitest-environment jsdom
import { createAuth, type AuthMethod, type Environment, type Finding } from '@tessera-auth/core'
import { AuthProvider, useAuth } from '@tessera-auth/react'
import { createBrowser, createMockAuth } from '@tessera-auth/testing'
import { act, cleanup, fireEvent, render, within } from '@testing-library/react'
import { StrictMode, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { createDesk, leaky, longestLoad, openPanel, panelRoot, press, renderDevtools, setUp, type App } from '../test/createDesk.tsx'
import { TesseraDevtools, withDevtools } from './index.ts'

setUp()

const key = 'tessera-devtools'
const separator = { name: 'Height of the panel' }

describe('the panel', () => {
  it('shows state, session, claims, when the refresh is due, and what happened', async () => {
    const { browser, open } = await createDesk()
    const tab = await open({ isSignedIn: false })
    const panel = await openPanel(tab.app)
    expect(panel.getByText('unauthenticated')).toBeDefined()
    await act(() => tab.app.auth.login({ email: 'ada@example.com', password: 'correct-horse' }))
    await act(() => browser.advance(1000))
    expect(panel.getByText('authenticated')).toBeDefined()
    expect(within(panel.getByRole('group', { name: 'Session' })).getByText('password')).toBeDefined()
    expect(panel.getByRole('row', { name: 'sub ada@example.com' })).toBeDefined()
    expect(panel.getByRole('group', { name: 'Refresh' }).textContent).toContain('54:59 until refresh')
    expect(panel.getByRole('group', { name: 'Events' }).textContent).toContain('Signed in by password')
    expect(panel.getByRole('img').getAttribute('aria-label')).toContain('Requests: 1')
  })

  it('has the name of the auth in its title', async () => {
    const panel = await openPanel({ auth: { ...createMockAuth(), name: 'work' } })
    expect(panel.getByRole('heading', { name: 'Tessera work' })).toBeDefined()
  })

  it('“Diagnose” lists what is found, without a secret', async () => {
    let found: readonly Finding[] | Error = []
    const { access, ...others } = { access: 'canary-access', refresh: 'canary-refresh', id: 'canary-id', own: 'canary-own' }
    const auth = createAuth({ method: leaky({ access, ...others }) }, createBrowser().openTab((given) => given).app)
    await auth.login()
    const diagnose = () => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found))
    const panel = await openPanel({ auth: { ...auth, tokens: auth.tokens, lastSignOut: null, diagnose } as never })
    const diagnosis = panel.getByRole('group', { name: 'Diagnosis' })
    // jsdom has nothing that scrolls.
    const scrollIntoView = vi.fn()
    diagnosis.scrollIntoView = scrollIntoView
    await press(panel, 'Diagnose')
    expect(diagnosis.textContent).toContain('Nothing was found.')
    expect(scrollIntoView).toHaveBeenLastCalledWith({ block: 'nearest' })
    found = [{ code: 'unreachable', severity: 'error', message: `Nothing answers with ${access}.`, cure: `Look at ${access}.` }]
    await press(panel, 'Diagnose')
    expect(diagnosis.textContent).toContain('Found: 1.unreachable Nothing answers with •••. Look at •••.')
    found = new Error('disposed')
    await press(panel, 'Diagnose')
    expect(diagnosis.textContent).toContain('Could not look')
    auth.dispose()
  })

  it('says why somebody was signed out', async () => {
    const { browser, open } = await createDesk()
    const tab = await open()
    const panel = await openPanel(tab.app)
    await act(async () => {
      await tab.app.auth.logout()
      await browser.settle()
    })
    expect(panel.getByRole('group', { name: 'Session' }).textContent).toContain('Why signed out The person signed out.')
  })

  it('“Expire now” refreshes; “Fail the next refresh” and “Go offline” say that they are on', async () => {
    const { browser, endpoint, open } = await createDesk()
    const tab = await open()
    const panel = await openPanel(tab.app)
    await press(panel, 'Expire now')
    await act(() => browser.settle())
    expect(endpoint.count('refresh')).toBe(1)
    for (const name of ['Fail the next refresh', 'Go offline']) {
      await press(panel, name)
      expect(panel.getByRole('button', { name, pressed: true })).toBeDefined()
    }
    await press(panel, 'Expire now')
    await act(() => browser.settle())
    expect(endpoint.count('refresh')).toBe(1)
    expect(tab.app.auth.refreshStore.getState().phase).toBe('paused')
  })

  it('skews the clock, and puts it right', async () => {
    const { open } = await createDesk()
    const tab = await open()
    const panel = await openPanel(tab.app)
    await press(panel, '−5 min')
    await press(panel, '−5 min')
    expect(tab.app.environment.clock.now().wallAt - tab.environment.clock.now().wallAt).toBe(-600_000)
    await press(panel, /^Clock −10 min\s*: put it right$/)
    expect(tab.app.environment.clock.now().wallAt).toBe(tab.environment.clock.now().wallAt)
  })

  it('shows and does not act without instruments, and says how to get them', async () => {
    const tab = createBrowser().openTab((environment) => ({ environment, auth: createMockAuth({ user: { sub: '1', name: 'Ada' } }) }))
    const panel = await openPanel(tab.app as never)
    expect(panel.getByRole('row', { name: 'name Ada' })).toBeDefined()
    expect(panel.queryByRole('button', { name: 'Expire now' })).toBeNull()
    expect(panel.getByRole('group', { name: 'Try it' }).textContent).toContain('withDevtools()')
  })

  it('opens and closes by keys, and the focus goes with it', async () => {
    const { open } = await createDesk()
    const panel = await openPanel((await open()).app)
    const focused = (): Element | null => document.querySelector('tessera-devtools')?.shadowRoot?.activeElement ?? null
    expect(focused()).toBe(panel.getByRole('button', { name: 'Close the Tessera devtools' }))
    await act(async () => void fireEvent.keyDown(panel.getByRole('button', { name: 'Expire now' }), { key: 'Escape' }))
    expect(focused()).toBe(panel.getByRole('button', { name: 'Open the Tessera devtools' }))
  })
})

describe('who uses it by ear or by keys', () => {
  it('hears English from left to right, whatever the page is in', async () => {
    const { open } = await createDesk()
    await renderDevtools((await open()).app)
    expect([panelRoot().lang, panelRoot().dir]).toEqual(['en', 'ltr'])
  })

  it('is told what a button did, and nothing of each second', async () => {
    const { browser, open } = await createDesk()
    const panel = await openPanel((await open()).app)
    const said: (string | null)[] = []
    const live = panelRoot().querySelectorAll('[aria-live], [role="status"], [role="alert"], [role="log"], [role="timer"], output')
    // That of the buttons, and that of the diagnosis, which says nothing unasked.
    expect(live.length).toBe(2)
    const observer = new MutationObserver(() => said.push(live[0]?.textContent ?? null))
    for (const element of live) observer.observe(element, { subtree: true, childList: true, characterData: true, attributes: true })
    await act(() => browser.advance(10_000))
    expect(said).toEqual([])
    for (const times of [1, 2]) {
      await press(panel, '+5 min')
      await act(() => browser.settle())
      expect(said.at(-1), `${times}`).toBe(`The clock is moved: +${times * 5} min.`)
    }
    observer.disconnect()
  })

  it('closes it by Escape, and nothing of the app', async () => {
    const { open } = await createDesk()
    const panel = await openPanel((await open()).app)
    const heard: string[] = []
    const hear = ({ key: pressed }: KeyboardEvent): void => void heard.push(pressed)
    document.addEventListener('keydown', hear)
    for (const pressed of ['a', 'Escape']) {
      await act(async () => void fireEvent.keyDown(panel.getByRole('button', { name: 'Expire now' }), { key: pressed, composed: true }))
    }
    document.removeEventListener('keydown', hear)
    expect(heard).toEqual(['a'])
    expect(panel.queryByRole('button', { name: 'Expire now' })).toBeNull()
  })

  it('keeps the focus on a button that has nothing to do any more, and that does nothing', async () => {
    const { open } = await createDesk()
    const tab = await open({ isSignedIn: false })
    const panel = await openPanel(tab.app)
    const expire = panel.getByRole('button', { name: 'Expire now' })
    expect([expire.getAttribute('aria-disabled'), expire.hasAttribute('disabled')]).toEqual(['true', false])
    await press(panel, 'Expire now')
    expect(panelRoot().querySelector('[aria-live]')?.textContent).toBe('')
    expect(tab.app.environment.clock.now()).toEqual(tab.environment.clock.now())
  })

  it('has the height in view, also when the window becomes lower', async () => {
    const { open } = await createDesk()
    const panel = await openPanel((await open()).app)
    const handle = panel.getByRole('separator', separator)
    vi.spyOn(window, 'innerHeight', 'get').mockReturnValue(400)
    await act(async () => void fireEvent(window, new Event('resize')))
    expect([handle.getAttribute('aria-valuemax'), handle.getAttribute('aria-valuenow')]).toEqual(['352', '352'])
  })
})

describe('what it remembers', () => {
  it('is whether it is open, its height, its side, its theme and the time shown', async () => {
    const { open } = await createDesk()
    const panel = await openPanel((await open()).app)
    const handle = panel.getByRole('separator', separator)
    await act(async () => void fireEvent.keyDown(handle, { key: 'ArrowUp' }))
    await press(panel, /^Theme: as the system/)
    await press(panel, 'Put the button to the left')
    await act(async () => panel.getByRole('radio', { name: '10 min' }).click())
    expect(JSON.parse(localStorage.getItem(key) ?? '')).toEqual({ isOpen: true, height: 452, side: 'left', theme: 'light', spanMs: 600_000 })
    expect(panelRoot().getAttribute('data-theme')).toBe('light')
  })

  it('is there when the page is loaded again, which keeps the focus', async () => {
    localStorage.setItem(key, JSON.stringify({ isOpen: true, height: 300, theme: 'dark' }))
    const { open } = await createDesk()
    const panel = await renderDevtools((await open()).app)
    expect(panel.getByRole('separator', separator).getAttribute('aria-valuenow')).toBe('300')
    expect(document.activeElement).toBe(document.body)
  })

  it.each(['', 'null', '[1', '{"height":"high","theme":7}', '{"height":-5}'])('may be anything: %s', async (text) => {
    localStorage.setItem(key, text)
    const { open } = await createDesk()
    const panel = await openPanel((await open()).app)
    expect(panel.getByRole('separator', separator).getAttribute('aria-valuenow')).toBe('420')
  })

  it('may not be kept at all', async () => {
    const refuse = (): never => {
      throw new DOMException('No.', 'SecurityError')
    }
    const { open } = await createDesk()
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(refuse)
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(refuse)
    const panel = await openPanel((await open()).app)
    expect(panel.getByRole('button', { name: 'Expire now' })).toBeDefined()
  })

  it('never makes the panel higher than the page or too low to use', async () => {
    const { open } = await createDesk()
    const panel = await openPanel((await open()).app)
    const handle = panel.getByRole('separator', separator)
    await act(async () => void fireEvent.keyDown(handle, { key: 'End' }))
    expect(handle.getAttribute('aria-valuenow')).toBe(String(window.innerHeight - 48))
    await act(async () => void fireEvent.keyDown(handle, { key: 'ArrowUp' }))
    expect(handle.getAttribute('aria-valuenow')).toBe(String(window.innerHeight - 48))
    await act(async () => void fireEvent.keyDown(handle, { key: 'Home' }))
    expect(handle.getAttribute('aria-valuenow')).toBe('200')
  })
})

describe('what servers and other tabs say', () => {
  it('may be of a time without a date', async () => {
    const forAges: AuthMethod = { name: 'forAges', login: async () => ({ accessToken: 'at', subject: null, user: null, scope: [], expiresInMs: 1e18 }) }
    const browser = createBrowser()
    const tab = browser.openTab((given) => {
      const environment = withDevtools(given)
      return { environment, auth: createAuth({ method: forAges }, environment) }
    })
    const panel = await openPanel(tab.app as never)
    await act(() => tab.app.auth.login())
    await act(() => browser.advance(1000))
    expect(panel.getByRole('group', { name: 'Refresh' }).textContent).toMatch(/until expiry.*Expires–/)
  })

  it('is drawn as open for a while only, as tabs are closed', async () => {
    const { browser, open } = await createDesk()
    const tab = await open()
    const panel = await openPanel(tab.app)
    await act(async () => panel.getByRole('radio', { name: '10 min' }).click())
    const at = browser.now()
    const place = browser.openTab((environment) => environment).app.channels.join('tessera-devtools:default', () => {})
    place.post({ type: 'marks', marks: [{ id: 'x', tab: 'closed', lane: 'lock', startedAt: at, endedAt: null, outcome: 'open', text: 'Turn to refresh: waiting' }] })
    await act(() => browser.advance(300_000))
    expect(panel.getByTitle('Tab 2: Turn to refresh: waiting').style.width).toBe('10%')
  })
})

describe('secrets', () => {
  it('are nowhere: not in the document, in no message, in no storage of the panel', async () => {
    const secrets = { access: 'canary-access-1', refresh: 'canary-refresh-1', id: 'canary+id/1==', own: 'canary-own-1' }
    const browser = createBrowser({ network: () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } }) })
    const load = (given: Environment) => {
      const environment = withDevtools(given)
      return { environment, auth: createAuth({ method: leaky(secrets), storage: 'session', shareAcrossTabs: true }, environment) }
    }
    const tab = browser.openTab(load)
    const heard: unknown[] = []
    const listener = browser.openTab(load).environment.channels.join('tessera-devtools:default', (message) => heard.push(message))
    const panel = await openPanel(tab.app as never)
    await act(async () => {
      await tab.app.auth.login()
      await browser.settle()
      await tab.app.auth.fetch(`/items/${secrets.access}?token=${secrets.refresh}`)
      await tab.app.auth.logout()
      await tab.app.auth.login()
      await browser.settle()
    })
    listener.post({ type: 'hello' })
    await act(() => browser.advance(1000))
    expect(panel.getByRole('row', { name: 'name Ada' })).toBeDefined()
    expect(panel.getByRole('group', { name: 'Events' }).textContent).toContain('401 from /items/•••')
    expect(heard.length).toBeGreaterThan(10)
    const stored = JSON.stringify(Object.entries(localStorage))
    const html = document.documentElement.outerHTML + panelRoot().innerHTML
    for (const text of [html, JSON.stringify(heard), stored]) expect(text).not.toMatch(/canary/)
  })
})

describe('the app', () => {
  it.each([true, false])('is rendered by none of ten refreshes, the panel open or not: %s', async (isOpen) => {
    const { browser, endpoint, open } = await createDesk(300_000)
    const tab = await open()
    let renders = 0
    function Header(): ReactNode {
      renders++
      return <p>{useAuth().status}</p>
    }
    const app = <AuthProvider auth={tab.app.auth}><Header /></AuthProvider>
    const panel = await (isOpen ? openPanel : renderDevtools)(tab.app, app)
    await act(() => browser.settle())
    const before = renders
    for (let round = 1; round <= 10; round++) await act(() => browser.until(tab.app.auth.tokens.refresh()))
    if (isOpen) {
      await act(() => browser.advance(1000))
      expect(within(panel.getByRole('group', { name: 'Events' })).getAllByText('Refreshed').length).toBe(10)
    }
    expect([renders - before, endpoint.count('refresh')]).toEqual([0, 10])
  })

  it('is listened to while the devtools are there, and at no cost while the panel is closed', async () => {
    const { browser, open } = await createDesk()
    const tab = await open()
    const { auth, environment } = tab.app
    let listeners = 0
    const inspect: App['auth']['inspect'] = (listener) => {
      const release = auth.inspect(listener)
      listeners++
      return () => {
        listeners--
        release()
      }
    }
    const app = { environment, auth: Object.defineProperty(Object.create(auth) as App['auth'], 'inspect', { value: inspect }) }
    expect(listeners).toBe(0)
    const { timers } = tab.holdings()
    await renderDevtools(app)
    expect([listeners, tab.holdings().timers]).toEqual([1, timers])
    const changes = vi.fn()
    const observer = new MutationObserver(changes)
    observer.observe(panelRoot(), { subtree: true, childList: true, characterData: true, attributes: true })
    for (let round = 1; round <= 100; round++) await act(() => auth.fetch('/api'))
    await act(() => browser.until(auth.tokens.refresh()))
    await act(() => browser.advance(10_000))
    observer.disconnect()
    expect(changes).not.toHaveBeenCalled()
    cleanup()
    await act(() => browser.settle())
    expect(listeners).toBe(0)
  })

  it('may do as much as it likes: the panel is drawn a few times a second', async () => {
    const { browser, open } = await createDesk()
    const tab = await open()
    const panel = await openPanel(tab.app)
    let draws = 0
    const observer = new MutationObserver(() => draws++)
    observer.observe(panel.getByRole('group', { name: 'Events' }), { subtree: true, childList: true, characterData: true })
    const from = browser.now()
    for (let round = 1; round <= 300; round++) await act(() => tab.app.auth.fetch('/api'))
    await act(() => browser.advance(1000))
    observer.disconnect()
    expect(within(panel.getByRole('group', { name: 'Events' })).getAllByRole('listitem').length).toBe(80)
    expect(draws).toBeLessThanOrEqual((browser.now() - from) / 250)
  })

  it('may be disposed while the panel is open, and its buttons pressed after that', async () => {
    const { browser, open } = await createDesk()
    const tab = await open()
    const panel = await openPanel(tab.app)
    await act(async () => tab.app.auth.dispose())
    for (const name of ['Expire now', 'Fail the next refresh', 'Go offline', 'Go offline', 'Sign out other tabs', '+5 min']) await press(panel, name)
    await act(() => browser.advance(10_000))
    expect(panel.getByText('authenticated')).toBeDefined()
  })

  it('may be left while a button is at work', async () => {
    const { browser, endpoint, open } = await createDesk()
    const tab = await open()
    const panel = await openPanel(tab.app)
    await press(panel, 'Expire now')
    cleanup()
    await act(() => browser.settle())
    expect(endpoint.count('refresh')).toBe(1)
    expect(tab.app.auth.store.getState().status).toBe('authenticated')
  })

  it('may be one of two that are looked at', async () => {
    const { open } = await createDesk()
    const one = (await open()).app
    const other = { ...createMockAuth(), name: 'other' }
    await renderDevtools(one, <TesseraDevtools auth={other} />)
    await vi.waitFor(() => expect(document.querySelectorAll('tessera-devtools').length).toBe(2), longestLoad)
    cleanup()
    expect(document.querySelector('tessera-devtools')).toBeNull()
  })

  it('is not kept from anything by StrictMode, and nothing stays when the devtools go', async () => {
    const { browser, open } = await createDesk()
    const tab = await open()
    const { auth, environment } = tab.app
    const before = tab.holdings()
    const { unmount } = render(<StrictMode><TesseraDevtools auth={auth} environment={environment} /></StrictMode>)
    await vi.waitFor(() => expect(panelRoot().childElementCount).toBe(1), longestLoad)
    expect(document.querySelectorAll('tessera-devtools').length).toBe(1)
    await press(within(panelRoot()), 'Open the Tessera devtools')
    await act(() => browser.advance(1000))
    await act(async () => unmount())
    await act(() => browser.settle())
    expect(document.querySelector('tessera-devtools')).toBeNull()
    expect(tab.holdings()).toEqual(before)
  })
})
